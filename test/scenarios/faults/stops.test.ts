import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Target } from '../../../local/cloud/faults.ts';
import type { LambdaService } from '../../../local/cloud/services/lambda/index.ts';
import { retrain } from '../../../local/scenarios/acts.ts';
import { HOUR, MINUTE } from '../../../local/traffic/types.ts';
import { type FaultStage, type MachineName, openStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };
const isAction = (action: string) => (target: Target) =>
  JSON.parse(Buffer.from(target.input.Payload).toString()).action === action;

/**
 * Runs a machine and stops its execution at the moment at which it asks a function for an action. On AWS the function
 * then still does what it was asked; with `asked` false it never hears of it.
 */
async function stoppedAt(machine: MachineName, input: object, action: string, asked: boolean) {
  const { r } = stage;
  let arn = '';
  const heal = r.running.faults.inject({
    kind: 'lose-store',
    service: 'lambda',
    operation: 'Invoke',
    match: (target) => {
      if (!isAction(action)(target)) return false;
      void r.call('states', 'StopExecution', { executionArn: arn, error: 'Stopped', cause: action });
      return !asked;
    },
  });
  arn = await stage.start(machine, input);
  const [ended] = await stage.ended(arn);
  await r.running.cloud.clock.idle();
  heal();
  return ended!;
}

describe('a retrain that is stopped', () => {
  const actions = ['start-run', 'golden', 'freeze', 'register'];
  const cases = actions.flatMap((action) => [true, false].map((asked) => ({ action, asked })));

  it.each(cases)(
    'at $action (function asked: $asked) leaves nothing that the next run trips over',
    async (c) => {
      const before = await stage.versions();
      expect(await stoppedAt('Retrain', why, c.action, c.asked)).toMatchObject({
        status: 'ABORTED',
        error: 'Stopped',
      });
      const after = await stage.versions();
      expect(after.length - before.length).toBe(c.action === 'register' && c.asked ? 1 : 0);
      await stage.consistent(1);
    },
  );

  it('in training stops the training job too', async () => {
    const arn = await stage.start('Retrain', why);
    await stage.reached(arn, 'Train');
    await stage.r.call('states', 'StopExecution', { executionArn: arn });
    await stage.r.until(stage.r.now + HOUR);
    const { TrainingJobSummaries } = await stage.r.call('sagemaker', 'ListTrainingJobs', {});
    expect(TrainingJobSummaries[0].TrainingJobStatus).toBe('Stopped');
  });

  it('is followed by one that makes the next version, and no run has two', async () => {
    const before = await stage.versions();
    const version = await retrain(stage.r, 'again');
    const after = await stage.versions();
    expect(version).toBe(before.at(-1)!.version + 1);
    const runs = after.map((v) => v.run);
    expect(new Set(runs).size).toBe(runs.length);
    await stage.consistent(1);
  });
});

describe('a release that is stopped', () => {
  let version: number;
  beforeAll(async () => {
    version = await retrain(stage.r, 'a candidate');
  });
  const actions = ['begin', 'prepare', 'smoke', 'enter', 'shadow', 'shift', 'judge'];
  const cases = actions.flatMap((action) => [true, false].map((asked) => ({ action, asked })));

  it.each(cases)(
    'at $action (function asked: $asked) is taken over by the next',
    async ({ action, asked }) => {
      const ended = await stoppedAt('Release', { version, ...why }, action, asked);
      expect(ended).toMatchObject({ status: 'ABORTED', error: 'Stopped' });
      const next = await stage.start('Release', { version, ...why });
      await stage.reached(next, 'Bake');
      expect(await stage.r.pointers()).toMatchObject({
        champion: 1,
        candidate: version,
        rollback: null,
        release: { execution: next, state: 'canary', weight: 10 },
      });
      const alias = await stage.r.call('lambda', 'GetAlias', {
        FunctionName: stage.r.outputs.InferenceFunctionName,
        Name: 'live',
      });
      expect(Object.values(alias.RoutingConfig.AdditionalVersionWeights)).toEqual([0.1]);
      await stage.r.call('states', 'StopExecution', { executionArn: next });
    },
  );

  it('in canary gives all of the traffic back to the champion by itself', async () => {
    const release = await stage.start('Release', { version, ...why });
    await stage.reached(release, 'Bake');
    const mark = stage.mark;
    await stage.r.call('states', 'StopExecution', { executionArn: release });
    await stage.r.until(stage.r.now + MINUTE);
    const failed = stage.r.journal.of('release.failed', mark).map((e) => e.detail);
    expect(failed).toMatchObject([{ version, error: 'ReleaseStopped', step: 'canary-10' }]);
    expect((await stage.versions()).find((v) => v.version === version)?.status).toBe('registered');
    await stage.consistent(1);
  });

  it('by a rollback is ended by that rollback, whose machine may be stopped and started again', async () => {
    const release = await stage.start('Release', { version, ...why });
    await stage.reached(release, 'Bake');
    const mark = stage.mark;
    for (const action of ['begin', 'restore', 'finish'])
      expect(await stoppedAt('Rollback', why, action, false)).toMatchObject({ status: 'ABORTED' });
    expect(await stage.run('Rollback', why)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.since(mark, 'release.rolled-back', 'release.failed')).toEqual(['release.rolled-back']);
    expect((await stage.versions()).find((v) => v.version === version)?.status).toBe('rolled-back');
    await stage.consistent(1);
  });
});

describe('a process that dies once', () => {
  it.each(['crash', 'crash-late'] as const)(
    '(%s) at every function holds up neither a retrain nor a release',
    async (kind) => {
      const lambda = stage.r.running.cloud.service<LambdaService>('lambda');
      for (const fn of ['Registry', 'Dataset', 'Evaluation', 'Release', 'Rollback'])
        onTestFinished(
          lambda.inject({ functionName: stage.functionName(`/${fn}/Function`), kind, times: 1 }),
        );
      const version = await retrain(stage.r, 'a candidate');
      const mark = stage.mark;
      const release = await stage.start('Release', { version, ...why });
      await stage.reached(release, 'Bake');
      expect(await stage.run('Rollback', why)).toMatchObject({ status: 'SUCCEEDED' });
      expect(stage.since(mark, 'release.failed', 'rollback.failed')).toEqual([]);
      expect(stage.since(mark, 'release.rolled-back')).toEqual(['release.rolled-back']);
      await stage.consistent(1);
    },
  );
});
