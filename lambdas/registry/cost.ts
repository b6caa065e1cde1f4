import { hourlyUsd } from '../../contracts/prices.ts';
import type { Trainer } from '../../contracts/trainer.ts';
import type { Attempt } from '../../contracts/training.ts';

/** A cost, or why it cannot be told. */
export type Cost = { readonly usd: number } | { readonly usd: null; readonly why: string };

const cents = (usd: number): number => Number(usd.toFixed(4));

/**
 * Estimate of what a training job cost: billed seconds × instances × on-demand price. Spot needs no other price: its
 * savings are in the billed seconds (DescribeTrainingJob: savings = (1 − BillableTimeInSeconds / TrainingTimeInSeconds)).
 */
export function costOf(
  trainer: Trainer,
  billableSeconds: number | null,
  instanceType: string | null,
  instanceCount: number | null,
): Cost {
  if (billableSeconds === null) return { usd: null, why: 'the training job told no billed seconds' };
  const type = instanceType ?? trainer.instanceType;
  const hourly = hourlyUsd(trainer, type);
  if (hourly === undefined)
    return { usd: null, why: `no price of ${type} is known: set trainer.hourlyPriceUsd in the definition` };
  return { usd: cents((billableSeconds / 3600) * hourly * (instanceCount ?? trainer.instanceCount)) };
}

/** What the jobs of a run were billed; null when one of them did not tell. */
export function billedUsd(trainer: Trainer, attempts: readonly Attempt[]): number | null {
  let total = 0;
  for (const { billableSeconds, instanceType } of attempts) {
    const { usd } = costOf(trainer, billableSeconds, instanceType, trainer.instanceCount);
    if (usd === null) return null;
    total += usd;
  }
  return cents(total);
}
