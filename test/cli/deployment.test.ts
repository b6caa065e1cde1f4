import { describe, expect, it } from 'vitest';
import { chooseDeployment, deploymentsOf, type StackOutputs } from '../../cli/deployment.ts';

const stacks: StackOutputs[] = [
  { name: 'coalmine-prod-storage', outputs: { RegistryTableName: 'p' } },
  { name: 'coalmine-dev-storage', outputs: { RegistryTableName: 'd' } },
  { name: 'coalmine-dev-home-feed-serving', outputs: { ReleaseMachineArn: 'release' } },
  { name: 'coalmine-dev-home-feed-training', outputs: { RetrainMachineArn: 'retrain' } },
  { name: 'coalmine-half-storage', outputs: {} },
  { name: 'somebody-else-serving', outputs: { ReleaseMachineArn: 'other' } },
];

describe('the stages that stacks make', () => {
  it('are told by the names of the stacks, and hold the outputs of each model together', () => {
    const all = deploymentsOf(stacks);
    expect(all.map((d) => d.stage)).toEqual(['dev', 'prod']);
    expect([...all[0]!.models]).toEqual([
      ['home-feed', { ReleaseMachineArn: 'release', RetrainMachineArn: 'retrain' }],
    ]);
    expect(all[1]!.models.size).toBe(0);
  });

  it('have to be named when there are several, and need not when there is one', () => {
    const all = deploymentsOf(stacks);
    expect(() => chooseDeployment(all, undefined)).toThrow('say --stage with one of dev, prod');
    expect(chooseDeployment(all, 'prod').storage).toEqual({ RegistryTableName: 'p' });
    expect(chooseDeployment(all.slice(1), undefined).stage).toBe('prod');
    expect(() => chooseDeployment(all, 'staging')).toThrow('there are: dev, prod');
    expect(() => chooseDeployment([], undefined)).toThrow('deploy first');
  });
});
