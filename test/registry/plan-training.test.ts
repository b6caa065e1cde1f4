import { describe, expect, it } from 'vitest';
import type { ModelDefinitionInput } from '../../contracts/model-definition.ts';
import { registryKeys } from '../../contracts/registry.ts';
import { attempt, STARTED, trainingWorld } from './training-world.ts';

type Ranges = NonNullable<NonNullable<ModelDefinitionInput['trainer']>['tuning']>['ranges'];
const ranges: Ranges = {
  eta: { kind: 'continuous', min: 0.01, max: 0.3, scale: 'logarithmic' },
  max_depth: { kind: 'integer', min: 3, max: 9 },
  grow_policy: { kind: 'categorical', values: ['depthwise', 'lossguide'] },
};

describe('planning a training', () => {
  it('names the job after model, minute, run and attempt, within what SageMaker takes', async () => {
    const w = trainingWorld();
    await w.start('a_run-with_underscores');
    const { name } = await w.plan('a_run-with_underscores');
    expect(name).toMatch(/^fraud-202611180600-[0-9a-f]{12}-0$/);
    const second = await w.plan('a_run-with_underscores', [attempt()]);
    expect(second.name).toBe(name.replace(/0$/, '1'));
  });

  it('waits longer before each try of a type, then takes the next type at once', async () => {
    const w = trainingWorld({ fallbackInstanceTypes: ['ml.g4dn.xlarge'] });
    await w.start('run-1');
    const seen: [string, number][] = [];
    for (let n = 0; n < 6; n++) {
      const { instanceType, waitSeconds } = await w.plan('run-1', Array(n).fill(attempt()));
      seen.push([instanceType, waitSeconds]);
    }
    expect(seen).toEqual([
      ['ml.g5.xlarge', 0],
      ['ml.g5.xlarge', 300],
      ['ml.g5.xlarge', 900],
      ['ml.g5.xlarge', 2700],
      ['ml.g4dn.xlarge', 0],
      ['ml.g4dn.xlarge', 300],
    ]);
    expect(w.events.filter((e) => e.type === 'training.postponed').at(3)).toMatchObject({
      instanceType: 'ml.g5.xlarge',
      reason: 'CapacityError: none left',
      next: 'ml.g4dn.xlarge',
      waitSeconds: 0,
    });
  });

  it('gives up with every type named and what was said of each', async () => {
    const w = trainingWorld({ fallbackInstanceTypes: ['ml.g4dn.xlarge'] });
    await w.start('run-1');
    const tried = [
      ...Array(4).fill(attempt()),
      ...Array(4).fill(attempt({ instanceType: 'ml.g4dn.xlarge', reason: 'the quota is 0 Instances' })),
    ];
    await expect(w.plan('run-1', tried)).rejects.toMatchObject({
      name: 'CapacityExhausted',
      message: expect.stringMatching(
        /ml\.g5\.xlarge \(CapacityError: none left\); ml\.g4dn\.xlarge \(the quota is 0 Instances\)/,
      ),
    });
  });

  it('keeps what attempts were billed in the reservation of the next', async () => {
    const w = trainingWorld({ maxHours: 1, monthlyBudgetUsd: 2 });
    await w.start('run-1');
    await expect(w.plan('run-1', [attempt({ billableSeconds: 1800 })])).rejects.toMatchObject({
      name: 'BudgetExceeded',
    });
    await w.plan('run-1', [attempt({ billableSeconds: 600 })]);
    expect((await w.entry('run-1'))?.usd).toBeCloseTo(1.408 * (7 / 6), 3);
  });

  it('puts the job where the model wants it, or says nothing of it', async () => {
    const w = trainingWorld({ vpc: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] } });
    await w.start('run-1');
    expect((await w.plan('run-1')).network).toEqual({
      VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    });
    const none = trainingWorld();
    await none.start('run-1');
    expect(await none.plan('run-1')).toMatchObject({ network: {}, tuning: null });
  });

  it('asks for a Bayesian search in the terms of SageMaker, seeded as the run is', async () => {
    const w = trainingWorld({
      tuning: { maxTrials: 12, parallel: 3, metric: 'validation-logloss', ranges, earlyStopping: false },
      maxWaitHours: 5,
      monthlyBudgetUsd: 1000,
    });
    await w.start('run-1');
    const plan = await w.plan('run-1');
    expect(plan.name).toMatch(/^fraud-[0-9a-f]{12}-0$/);
    expect(plan.hyperparameters).toEqual({ seed: '7' });
    expect(plan.timeoutSeconds).toBe(4 * 5 * 3600 + 3600);
    expect(plan.tuning).toEqual({
      Strategy: 'Bayesian',
      HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'validation-logloss' },
      ResourceLimits: { MaxNumberOfTrainingJobs: 12, MaxParallelTrainingJobs: 3 },
      ParameterRanges: {
        ContinuousParameterRanges: [
          { Name: 'eta', MinValue: '0.01', MaxValue: '0.3', ScalingType: 'Logarithmic' },
        ],
        IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '3', MaxValue: '9', ScalingType: 'Auto' }],
        CategoricalParameterRanges: [{ Name: 'grow_policy', Values: ['depthwise', 'lossguide'] }],
      },
      TrainingJobEarlyStoppingType: 'Off',
      RandomSeed: 7,
    });
  });

  it('searches nothing when it repeats a run: the found hyperparameters are recorded', async () => {
    const w = trainingWorld({ tuning: { ranges }, monthlyBudgetUsd: 1000 });
    await w.start('run-1');
    const sk = registryKeys.run(STARTED, 'run-1');
    w.table.items.set(sk, { ...w.table.items.get(sk), reproduces: 'run-0' });
    expect(await w.plan('run-1')).toMatchObject({
      tuning: null,
      hyperparameters: { eta: '0.1', max_depth: '6', seed: '7' },
    });
  });
});

describe('recording a training', () => {
  const trial = (job: string, more: object = {}) => ({
    job,
    status: 'Completed',
    hyperparameters: { eta: '0.05', max_depth: '4' },
    objective: 0.9,
    seconds: 60,
    billableSeconds: 20,
    reason: null,
    ...more,
  });
  const tuned = async (trials: readonly object[], best: string | null) => {
    const w = trainingWorld({ tuning: { ranges, maxFailedTrials: 1 }, monthlyBudgetUsd: 1000 });
    await w.start('run-1');
    await w.plan('run-1');
    const result = w.record('run-1', [attempt({ billableSeconds: 40, reason: null })], { trials, best });
    return { w, result };
  };

  it('keeps every trial, and the hyperparameters of the best as those of the run', async () => {
    const trials = [trial('t-1'), trial('t-2', { hyperparameters: { eta: '0.2', max_depth: '8' } })];
    const { w, result } = await tuned(trials, 't-2');
    expect(await result).toEqual({ hyperparameters: { eta: '0.2', max_depth: '8', seed: '7' } });
    expect(await w.store.run(STARTED, 'run-1')).toMatchObject({
      trials,
      hyperparameters: { eta: '0.2', max_depth: '8', seed: '7' },
    });
  });

  it('takes no candidate from a search in which too many trials failed, and charges it all the same', async () => {
    const failed = { status: 'Failed', objective: null, reason: 'AlgorithmError: eta must be above 0' };
    const { w, result } = await tuned([trial('t-1'), trial('t-2', failed), trial('t-3', failed)], 't-1');
    await expect(result).rejects.toMatchObject({
      name: 'TuningFailed',
      message: expect.stringMatching(
        /2 of 3 trials failed, .*maxFailedTrials allows 1; .*eta must be above 0/,
      ),
    });
    expect(await w.entry('run-1')).toMatchObject({ state: 'settled' });
  });

  it.each([
    ['no trial gave a model', [trial('t-1', { status: 'Stopped', objective: null })]],
    ['there was no trial at all', []],
  ])('fails when %s', async (_, trials) => {
    const { result } = await tuned(trials, null);
    await expect(result).rejects.toMatchObject({
      name: 'TuningFailed',
      message: expect.stringContaining(`none of ${trials.length} trials`),
    });
  });
});
