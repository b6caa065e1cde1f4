import { type BudgetItem, budgetTotals } from '../../contracts/budget.ts';
import type { Answer, Platform } from '../platform.ts';
import { blocks, minute, table } from '../text.ts';

/** What training costs, by month and run, newest first. Of a month without a run nothing is kept. */
export async function budget(platform: Platform, model: string): Promise<Answer> {
  const months = await platform.registry(model).budgets();
  const data = months.map((item) => ({ ...item, ...budgetTotals(item) }));
  if (data.length === 0) return { data, text: `no training of ${model} has asked for money yet` };
  const rows = data.map((m) => [m.month, ...[m.budgetUsd, m.spentUsd, m.reservedUsd, m.leftUsd].map(usd)]);
  return {
    data,
    text: blocks([
      ['USD by month (UTC)', table(['MONTH', 'BUDGET', 'SPENT', 'RESERVED', 'LEFT'], rows)],
      ...months.map((item): [string, string] => [item.month, runsOf(item)]),
    ]),
  };
}

const usd = (value: number): string => value.toFixed(2);

function runsOf({ runs }: BudgetItem): string {
  const newest = Object.entries(runs).sort(([, a], [, b]) => b.at.localeCompare(a.at));
  const rows = newest.map(([run, e]) => [minute(e.at), usd(e.usd), e.state, run]);
  return table(['RESERVED AT', 'USD', 'STATE', 'RUN'], rows);
}
