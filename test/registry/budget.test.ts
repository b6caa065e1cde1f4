import { describe, expect, it } from 'vitest';
import { budgetTotals } from '../../contracts/budget.ts';
import { attempt, STARTED, trainingWorld } from './training-world.ts';

/** Four hours of ml.g5.xlarge at 1.408 USD. */
const WORST = 5.632;

describe('the training budget', () => {
  it('reserves the worst case of a job before it starts: price, instances, hours, on demand even for spot', async () => {
    const w = trainingWorld({ instanceCount: 2, maxHours: 3, spot: true });
    await w.start('run-1');
    await w.plan('run-1');
    expect(await w.entry('run-1')).toEqual({
      state: 'reserved',
      usd: 8.448,
      hourlyUsd: 2.816,
      at: '2026-11-18T07:00:00.000Z',
      execution: 'arn:run-1',
    });
  });

  it('counts every trial of a search, and the dearest of the types that may be tried', async () => {
    const w = trainingWorld({
      instanceType: 'ml.g5.12xlarge',
      fallbackInstanceTypes: ['ml.g5.xlarge'],
      maxHours: 1,
      monthlyBudgetUsd: 1000,
      tuning: { maxTrials: 10, parallel: 2, ranges: { eta: { kind: 'continuous', min: 0.01, max: 0.3 } } },
    });
    await w.start('run-1');
    await w.plan('run-1');
    expect(await w.entry('run-1')).toMatchObject({ usd: 70.9, hourlyUsd: 14.18 });
    await w.plan('run-1', Array(4).fill(attempt({ instanceType: 'ml.g5.12xlarge' })));
    expect(await w.entry('run-1')).toMatchObject({ usd: 14.08, hourlyUsd: 2.816 });
  });

  it('starts no job that may cost more than is left, and says by how much and what to do', async () => {
    const w = trainingWorld({ monthlyBudgetUsd: 10 });
    await w.start('run-1');
    await w.start('run-2');
    await w.plan('run-1');
    await expect(w.plan('run-2')).rejects.toMatchObject({
      name: 'BudgetExceeded',
      message: expect.stringMatching(
        /up to 5\.63 USD, and 4\.37 of the 10\.00 USD for 2026-11 .*monthlyBudgetUsd/,
      ),
    });
    expect(w.events.at(-1)).toMatchObject({
      type: 'budget.exceeded',
      run: 'run-2',
      month: '2026-11',
      worstCaseUsd: WORST,
      leftUsd: 4.37,
      budgetUsd: 10,
    });
    expect(await w.entry('run-2')).toBeUndefined();
  });

  it('is charged with what was billed once the training is done, however often that is said', async () => {
    const w = trainingWorld({ monthlyBudgetUsd: 10 });
    await w.start('run-1');
    await w.plan('run-1');
    const done = [attempt({ billableSeconds: 900, reason: null })];
    await w.record('run-1', done);
    await w.record('run-1', done);
    await w.finish('run-1', done);
    expect(await w.entry('run-1')).toMatchObject({ state: 'settled', usd: 0.352 });
    await w.start('run-2');
    await expect(w.plan('run-2')).resolves.toMatchObject({ instanceType: 'ml.g5.xlarge' });
    expect((await w.store.run(STARTED, 'run-1'))?.attempts).toEqual(done);
  });

  it('keeps one reservation a run, however often the step is retried', async () => {
    const w = trainingWorld({ monthlyBudgetUsd: 10 });
    await w.start('run-1');
    await w.plan('run-1');
    await w.plan('run-1');
    expect(budgetTotals((await w.store.budget('2026-11'))!)).toEqual({
      spentUsd: 0,
      reservedUsd: WORST,
      leftUsd: 10 - WORST,
    });
  });

  it('gets back what a run reserved that ends without a job', async () => {
    const w = trainingWorld();
    await w.start('run-1');
    await w.plan('run-1');
    await w.finish('run-1', []);
    expect(await w.entry('run-1')).toMatchObject({ state: 'settled', usd: 0 });
  });

  it('is charged with the time since the reservation where a job that ran did not tell what it was billed', async () => {
    const w = trainingWorld();
    await w.start('run-1');
    await w.plan('run-1');
    w.clock.now = new Date('2026-11-18T08:00:00.000Z');
    await w.finish('run-1', [attempt({ billableSeconds: null, reason: 'States.Timeout' })]);
    w.clock.now = new Date('2026-11-18T10:00:00.000Z');
    await w.finish('run-1', [attempt({ billableSeconds: null, reason: 'States.Timeout' })]);
    // An hour, and the two minutes that a stopped job may take to save its work.
    expect(await w.entry('run-1')).toMatchObject({ state: 'estimated', usd: 1.4549 });
  });

  it('does not count the reservation of a run whose execution is over, only what it can have cost', async () => {
    const w = trainingWorld({ monthlyBudgetUsd: 10 });
    await w.start('dead');
    await w.plan('dead');
    await w.start('run-2');
    await expect(w.plan('run-2')).rejects.toMatchObject({ name: 'BudgetExceeded' });
    w.ended.set('arn:dead', new Date('2026-11-18T07:30:00.000Z'));
    w.clock.now = new Date('2026-11-20T00:00:00.000Z');
    await w.plan('run-2');
    expect(await w.entry('dead')).toMatchObject({ state: 'estimated', usd: 0.7509 });
  });

  it('never charges a dead run more than it had reserved, even if nobody knows when it ended', async () => {
    const w = trainingWorld();
    await w.start('dead');
    await w.plan('dead');
    w.ended.set('arn:dead', null);
    w.clock.now = new Date('2026-11-25T00:00:00.000Z');
    await w.start('run-2');
    await w.plan('run-2');
    expect(await w.entry('dead')).toMatchObject({ state: 'estimated', usd: WORST });
  });

  it('lets only one of two runs have what is enough for one', async () => {
    const w = trainingWorld({ monthlyBudgetUsd: 10 });
    await w.start('run-1');
    await w.start('run-2');
    w.table.before = async () => void (await w.plan('run-2'));
    await expect(w.plan('run-1')).rejects.toMatchObject({ name: 'BudgetExceeded' });
    expect(Object.keys((await w.store.budget('2026-11'))!.runs)).toEqual(['run-2']);
  });

  it('begins anew with the month in which a run starts', async () => {
    const w = trainingWorld({ monthlyBudgetUsd: 6 });
    await w.start('run-1');
    await w.plan('run-1');
    const december = '2026-12-01T00:00:00.000Z';
    await w.start('run-2', december);
    await w.plan('run-2', [], december);
    expect((await w.store.budgets()).map((b) => b.month)).toEqual(['2026-12', '2026-11']);
  });
});
