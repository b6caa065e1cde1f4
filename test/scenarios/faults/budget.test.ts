import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { BudgetItem } from '../../../contracts/budget.ts';
import { HOURLY_USD } from '../../../contracts/prices.ts';
import { type RunItem, registryKeys } from '../../../contracts/registry.ts';
import { type FaultStage, openStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const why = { by: 'test', reason: 'a test' };
const SECOND = 1000;
const MONTH = '2026-11';
const Key = { pk: registryKeys.pk('fraud'), sk: registryKeys.budget(MONTH) };
const trainer = () => stage.r.definition.trainer;
const hourly = () => HOURLY_USD[trainer().instanceType]!;
/** What a run of this model may cost at most. */
const worst = () => hourly() * trainer().maxHours;
const cents = (usd: number) => Number(usd.toFixed(4));

const month = (): Promise<BudgetItem> => stage.budget(MONTH);
/** Other runs of the month leave no more than this, until the test has ended. */
async function leave(usd: number): Promise<void> {
  const TableName = stage.r.outputs.RegistryTableName;
  const put = async (change: (runs: BudgetItem['runs']) => void) => {
    const { runs, ...item } = await month();
    change(runs);
    const Item = marshall({ ...Key, ...item, runs, revision: item.revision + 1 });
    await stage.r.call('dynamodb', 'PutItem', { TableName, Item });
  };
  const spent = Object.values((await month()).runs).reduce((sum, { usd }) => sum + usd, 0);
  const others = { usd: trainer().monthlyBudgetUsd - spent - usd, hourlyUsd: 1, execution: 'arn:others' };
  await put((runs) => {
    runs['others'] = { state: 'settled', at: `${MONTH}-01T00:00:00.000Z`, ...others };
  });
  onTestFinished(() => put((runs) => void delete runs['others']));
}
/** Names of the training jobs that are asked for from now on. */
function watchJobs(): string[] {
  const names: string[] = [];
  const heal = stage.r.running.faults.inject({
    kind: 'deny',
    service: 'sagemaker',
    operation: 'CreateTrainingJob',
    match: ({ input }) => {
      names.push(input.TrainingJobName);
      return false;
    },
  });
  onTestFinished(heal);
  return names;
}
const runNamed = async (name: string): Promise<RunItem> => (await stage.runs()).find((r) => r.run === name)!;
const billedSeconds = async (TrainingJobName: string): Promise<number> =>
  (await stage.r.call('sagemaker', 'DescribeTrainingJob', { TrainingJobName })).BillableTimeInSeconds;

describe('the training budget', () => {
  it('is charged with the seconds that SageMaker billed, at the price of the instance', async () => {
    const jobs = watchJobs();
    const { name, status, cause } = await stage.run('Retrain', why);
    expect(status, cause).toBe('SUCCEEDED');
    expect(jobs).toHaveLength(1);
    const billed = await billedSeconds(jobs[0]!);
    expect(billed).toBeGreaterThan(0);
    const { attempts, outcome } = await runNamed(name);
    expect(outcome).toBe('registered');
    expect(attempts).toMatchObject([{ job: jobs[0], billableSeconds: billed, reason: null }]);
    expect((await month()).runs[name]).toMatchObject({
      state: 'settled',
      usd: cents((billed / 3600) * hourly()),
    });
  });

  it.each(['a new run', 'a run that repeats another'])(
    'lets %s make no job that is too dear',
    async (which) => {
      const [first] = (await stage.runs()).filter((r) => r.outcome === 'registered');
      await leave(worst() - 0.01);
      const jobs = watchJobs();
      const mark = stage.mark;
      const input = which === 'a new run' ? why : { ...why, reproduce: first!.run };
      const ended = await stage.run('Retrain', input);
      expect(ended).toMatchObject({ status: 'FAILED', error: 'BudgetExceeded' });
      expect(jobs).toEqual([]);
      const asked = worst().toFixed(2);
      const left = (worst() - 0.01).toFixed(2);
      const budget = trainer().monthlyBudgetUsd.toFixed(2);
      expect(ended.cause).toContain(
        `up to ${asked} USD, and ${left} of the ${budget} USD for ${MONTH} are left`,
      );
      expect(ended.cause).toContain('trainer.monthlyBudgetUsd');
      expect(stage.since(mark, 'budget.exceeded', 'retrain.failed')).toEqual([
        'budget.exceeded',
        'retrain.failed',
      ]);
      const [said] = stage.r.journal.of('budget.exceeded', mark);
      expect(said?.detail).toMatchObject({ run: ended.name, month: MONTH });
      const [failed] = stage.r.journal.of('retrain.failed', mark);
      expect(failed?.detail).toMatchObject({ step: 'PlanTraining', cause: ended.cause });
      expect(await runNamed(ended.name)).toMatchObject({ outcome: 'failed', version: null });
      expect((await month()).runs).not.toHaveProperty(ended.name);
      await stage.consistent(1);
    },
  );

  it('lets one of two runs train where there is enough for one', async () => {
    await leave(worst() * 1.5);
    const jobs = watchJobs();
    const arns = [await stage.start('Retrain', why), await stage.start('Retrain', why)];
    const ended = await stage.ended(...arns);
    expect(ended.map((e) => e.error ?? e.status).sort()).toEqual(['BudgetExceeded', 'SUCCEEDED']);
    expect(jobs).toHaveLength(1);
  });

  it('is charged with no less than was billed, and no longer with the worst case, for a run that was stopped', async () => {
    const jobs = watchJobs();
    const arn = await stage.start('Retrain', why);
    await stage.reached(arn, 'Train');
    const { name } = await stage.describe(arn);
    const reserved = (await month()).runs[name]!;
    expect(reserved).toMatchObject({ state: 'reserved', usd: cents(worst()) });
    // Finding and starting an instance takes two minutes of it.
    await stage.r.until(Date.parse(reserved.at) + 140 * SECOND);
    await stage.r.call('states', 'StopExecution', { executionArn: arn });
    await stage.ended(arn);
    // Nobody settles it: the next run's own reservation finds that it is over.
    expect((await month()).runs[name]?.state).toBe('reserved');
    expect(await stage.run('Retrain', why)).toMatchObject({ status: 'SUCCEEDED' });
    const entry = (await month()).runs[name]!;
    expect(entry).toMatchObject({ state: 'estimated', usd: cents(((140 + 120) / 3600) * hourly()) });
    const billed = await billedSeconds(jobs[0]!);
    expect(billed).toBeGreaterThan(0);
    expect(entry.usd).toBeGreaterThanOrEqual((billed / 3600) * hourly());
    await stage.consistent(1);
  });
});
