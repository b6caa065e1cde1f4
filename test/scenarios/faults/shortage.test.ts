import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { SageMakerService } from '../../../local/cloud/services/sagemaker/service.ts';
import { type FaultStage, openStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };
const sagemaker = () => stage.r.running.cloud.service<SageMakerService>('sagemaker');

it.each(['CapacityError', 'ResourceLimitExceeded'] as const)(
  'a retrain that finds no instances once (%s) waits, trains, and is charged for what trained',
  async (how) => {
    onTestFinished(sagemaker().lackInstances(1, how));
    const mark = stage.mark;
    const { name, status, cause } = await stage.run('Retrain', why);
    expect(status, cause).toBe('SUCCEEDED');
    const postponed = stage.r.journal.of('training.postponed', mark).map((e) => e.detail);
    const { instanceType } = stage.r.definition.trainer;
    expect(postponed).toMatchObject([{ run: name, instanceType, next: instanceType, waitSeconds: 300 }]);
    const run = (await stage.runs()).find((r) => r.run === name);
    expect(run?.attempts?.map((a) => a.reason === null)).toEqual([false, true]);
    await stage.consistent(1);
  },
);

it('a retrain that finds none at all ends with the names of all types, and holds nothing of the budget', async () => {
  onTestFinished(sagemaker().lackInstances(Number.POSITIVE_INFINITY, 'CapacityError'));
  const before = await stage.versions();
  const { name, status, error, cause } = await stage.run('Retrain', why);
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'CapacityExhausted' });
  expect(cause).toContain(stage.r.definition.trainer.instanceType);
  expect(await stage.versions()).toEqual(before);
  expect((await stage.budget('2026-11')).runs[name]).toMatchObject({ state: 'settled', usd: 0 });
  await stage.consistent(1);
});
