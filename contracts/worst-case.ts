import { hourlyUsd } from './prices.ts';
import type { Trainer } from './trainer.ts';

const cents = (usd: number): number => Number(usd.toFixed(4));

export interface WorstCase {
  readonly usd: number;
  /** While it trains. */
  readonly hourlyUsd: number;
}

/**
 * The most that a training may still cost: the dearest of the types that may yet be tried, on demand even for spot, every
 * trial for as long as it may run.
 * @throws Error for a type without a price, which a valid definition does not name
 */
export function worstCase(trainer: Trainer, instanceTypes: readonly string[], tuned: boolean): WorstCase {
  const prices = instanceTypes.map((type) => {
    const price = hourlyUsd(trainer, type);
    if (price === undefined)
      throw new Error(`no price of ${type} is known: set trainer.hourlyPriceUsd in the definition`);
    return price;
  });
  const { maxTrials, parallel } = (tuned && trainer.tuning) || { maxTrials: 1, parallel: 1 };
  const hour = Math.max(...prices) * trainer.instanceCount;
  return { usd: cents(hour * trainer.maxHours * maxTrials), hourlyUsd: cents(hour * parallel) };
}
