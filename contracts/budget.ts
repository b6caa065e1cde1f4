import { z } from 'zod';

/** What one run takes of the month's budget. */
export const budgetEntrySchema = z.object({
  /**
   * `reserved`: the worst case, before and while it trains; `settled`: what was billed; `estimated`: at most this was billed,
   * of a run that ended without telling.
   */
  state: z.enum(['reserved', 'settled', 'estimated']),
  usd: z.number(),
  /** What the jobs cost an hour at most: trials in parallel × instances × price. */
  hourlyUsd: z.number(),
  /** When it was reserved. */
  at: z.string(),
  /** ARN of the run's execution: a reservation counts only while that goes on. */
  execution: z.string(),
});
export type BudgetEntry = z.output<typeof budgetEntrySchema>;

/** What the training of a model costs in a calendar month. Every change is one conditional write on `revision`. */
export const budgetItemSchema = z.object({
  model: z.string(),
  month: z.string(),
  /** As the definition said when it was last asked. */
  budgetUsd: z.number(),
  /** By run; a run belongs to the month (UTC) in which it started. */
  runs: z.record(z.string(), budgetEntrySchema),
  revision: z.int(),
});
export type BudgetItem = z.output<typeof budgetItemSchema>;

export const monthOf = (startedAt: string): string => startedAt.slice(0, 7);

/** Sum of what counts, by kind. */
export function budgetTotals({ runs, budgetUsd }: Pick<BudgetItem, 'runs' | 'budgetUsd'>) {
  const sum = (of: (e: BudgetEntry) => boolean) =>
    Object.values(runs)
      .filter(of)
      .reduce((total, e) => total + e.usd, 0);
  const reservedUsd = sum((e) => e.state === 'reserved');
  const spentUsd = sum((e) => e.state !== 'reserved');
  return { spentUsd, reservedUsd, leftUsd: budgetUsd - spentUsd - reservedUsd };
}
