import { type BudgetEntry, type BudgetItem, budgetTotals, monthOf } from '../../contracts/budget.ts';
import { type RunItem, registryKeys } from '../../contracts/registry.ts';
import type { WorstCase } from '../../contracts/worst-case.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { RegistryDeps } from './deps.ts';

/** Attempts at a change: what races are runs of one model, so two lost races in a row are rare. */
const ATTEMPTS = 5;
/** A stopped job has so long to save its work before it is killed (StopTrainingJob), and pays for it. */
const STOP_SECONDS = 120;
type Of = Pick<RunItem, 'run' | 'startedAt' | 'execution'>;

/**
 * Reserves what a run has been billed and may still cost in the budget of its month, in place of what it had reserved
 * before. Reservations of other runs that are over become what these can have cost.
 * @throws CoalmineError BudgetExceeded, announced; ConcurrentChange
 */
export async function reserve(deps: RegistryDeps, run: Of, billed: number, worst: WorstCase): Promise<void> {
  const month = monthOf(run.startedAt);
  const now = deps.now().toISOString();
  await change(deps, month, async (item) => {
    const runs = await withoutTheDead(deps, item, run.run);
    const others = Object.fromEntries(Object.entries(runs).filter(([id]) => id !== run.run));
    const { leftUsd } = budgetTotals({ ...item, runs: others });
    if (billed + worst.usd > leftUsd) return refuse(deps, run, item, leftUsd - billed, worst);
    const entry: BudgetEntry = {
      state: 'reserved',
      usd: billed + worst.usd,
      hourlyUsd: worst.hourlyUsd,
      at: runs[run.run]?.at ?? now,
      execution: run.execution,
    };
    return { ...item, runs: { ...others, [run.run]: entry } };
  });
}

/**
 * Puts what a run was billed in place of its reservation. Said twice, the second changes nothing.
 * @param usd null where a job did not tell: then at most what the time since the reservation can have cost
 */
export async function settle(deps: RegistryDeps, run: Of, usd: number | null): Promise<void> {
  await change(deps, monthOf(run.startedAt), async (item) => {
    const entry = item.runs[run.run];
    if (!entry) return item;
    if (usd !== null)
      return { ...item, runs: { ...item.runs, [run.run]: { ...entry, state: 'settled', usd } } };
    if (entry.state !== 'reserved') return item;
    return { ...item, runs: { ...item.runs, [run.run]: estimate(entry, deps.now()) } };
  });
}

/**
 * The most that jobs from the reservation to their stop can have cost; never more than was reserved. Not the reservation
 * itself: one stopped search of many trials would lock the rest of the month. Not nothing either, for what ran is billed.
 */
export function estimate(entry: BudgetEntry, stopped: Date): BudgetEntry {
  const hours = Math.max(0, (stopped.getTime() - Date.parse(entry.at)) / 1000 + STOP_SECONDS) / 3600;
  const usd = Number(Math.min(entry.usd, hours * entry.hourlyUsd).toFixed(4));
  return { ...entry, state: 'estimated', usd };
}

/** Step Functions stops the jobs of an execution that is stopped or runs out of time: its end is theirs. */
async function withoutTheDead(
  { executions, now }: RegistryDeps,
  { runs }: BudgetItem,
  self: string,
): Promise<BudgetItem['runs']> {
  const entries = Object.entries(runs).map(async ([id, entry]): Promise<[string, BudgetEntry]> => {
    if (id === self || entry.state !== 'reserved') return [id, entry];
    const end = await executions.endOf(entry.execution);
    return [id, end === 'running' ? entry : estimate(entry, end ?? now())];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function refuse(
  deps: RegistryDeps,
  { run }: Of,
  { month, budgetUsd }: BudgetItem,
  left: number,
  { usd }: WorstCase,
): Promise<never> {
  const leftUsd = Number(left.toFixed(2));
  await deps.publish({
    type: 'budget.exceeded',
    model: deps.definition.name,
    run,
    month,
    worstCaseUsd: usd,
    leftUsd,
    budgetUsd,
  });
  throw new CoalmineError(
    'BudgetExceeded',
    `this training may cost up to ${usd.toFixed(2)} USD, and ${leftUsd.toFixed(2)} of the ${budgetUsd.toFixed(2)} USD for ${month} are left: wait for the next month, raise trainer.monthlyBudgetUsd, or ask for less (maxHours, tuning.maxTrials, instance types)`,
  );
}

/** Reads, changes and writes the month if nobody wrote it meanwhile; reads again when somebody did. */
async function change(
  { store, definition }: RegistryDeps,
  month: string,
  next: (item: BudgetItem) => Promise<BudgetItem>,
): Promise<void> {
  const { name: model, trainer } = definition;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await store.budget(month);
    const before = found ?? { model, month, budgetUsd: trainer.monthlyBudgetUsd, runs: {}, revision: 0 };
    const item = await next({ ...before, budgetUsd: trainer.monthlyBudgetUsd });
    if (JSON.stringify(item.runs) === JSON.stringify(before.runs)) return;
    const written = await store.table.write([
      {
        kind: 'put',
        sk: registryKeys.budget(month),
        item: { ...item, revision: before.revision + 1 },
        if: found ? { kind: 'equals', attribute: 'revision', value: before.revision } : { kind: 'absent' },
      },
    ]);
    if (written) return;
  }
  throw new CoalmineError(
    'ConcurrentChange',
    `the training budget of ${model} changed ${ATTEMPTS} times while it was to be changed`,
  );
}
