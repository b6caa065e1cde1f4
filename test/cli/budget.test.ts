import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { BudgetEntry } from '../../contracts/budget.ts';
import { registryKeys } from '../../contracts/registry.ts';
import { type, world } from './world.ts';

const entry = (state: BudgetEntry['state'], usd: number, at: string): BudgetEntry => ({
  state,
  usd,
  hourlyUsd: 1.408,
  at,
  execution: 'arn:run',
});

function spending() {
  const { platform, table } = world();
  const put = (month: string, runs: Record<string, BudgetEntry>) =>
    table.items.set(registryKeys.budget(month), { model: 'fraud', month, budgetUsd: 10, runs, revision: 1 });
  put('2026-10', { early: entry('settled', 9.5, '2026-10-07T02:00:00.000Z') });
  put('2026-11', {
    done: entry('settled', 0.352, '2026-11-04T02:00:00.000Z'),
    stopped: entry('estimated', 1.4, '2026-11-11T02:00:00.000Z'),
    training: entry('reserved', 5.632, '2026-11-18T02:00:00.000Z'),
  });
  return platform;
}

it('tells what a month has cost, what is reserved and what is left, and which runs took it', async () => {
  const { out } = await type(spending(), 'budget fraud');
  expect(out.split('\n').map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['USD by month (UTC)'],
    ['MONTH', 'BUDGET', 'SPENT', 'RESERVED', 'LEFT'],
    ['2026-11', '10.00', '1.75', '5.63', '2.62'],
    ['2026-10', '10.00', '9.50', '0.00', '0.50'],
    [''],
    ['2026-11'],
    ['RESERVED AT', 'USD', 'STATE', 'RUN'],
    ['2026-11-18 02:00Z', '5.63', 'reserved', 'training'],
    ['2026-11-11 02:00Z', '1.40', 'estimated', 'stopped'],
    ['2026-11-04 02:00Z', '0.35', 'settled', 'done'],
    [''],
    ['2026-10'],
    ['RESERVED AT', 'USD', 'STATE', 'RUN'],
    ['2026-10-07 02:00Z', '9.50', 'settled', 'early'],
  ]);
});

it('gives programs the sums with what they were made from', async () => {
  const { out } = await type(spending(), 'budget fraud --json');
  expect(JSON.parse(out)).toMatchObject([
    { month: '2026-11', reservedUsd: 5.632, runs: { done: { state: 'settled', usd: 0.352 } } },
    { month: '2026-10', spentUsd: 9.5, leftUsd: 0.5 },
  ]);
});

it('says so where nothing was ever trained, and knows only models that there are', async () => {
  const { platform } = world();
  expect((await type(platform, 'budget fraud')).out).toContain('no training of fraud');
  expect((await type(platform, 'budget nobody')).code).toBe(EXIT.notFound);
});
