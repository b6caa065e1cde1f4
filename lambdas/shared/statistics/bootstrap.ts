import type { Estimate } from './estimate.ts';
import { seededBits } from './random.ts';

/** How often each row is in a resample. */
export type Weights = Uint16Array;
/** Statistics of a weighted sample, by name; null where one cannot be computed. */
export type Statistic = (weights: Weights) => Readonly<Record<string, number | null>>;
export type Interval = Pick<Estimate, 'low' | 'high'>;

export interface BootstrapOptions {
  readonly seed: number;
  /** @default 1000, which puts the ends of a 95 % interval among 25 resamples each */
  readonly resamples?: number;
}

/** Share of resamples in which a statistic must be defined for its interval to mean something. */
const DEFINED = 0.95;

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan, The American Statistician 50, 1996). */
function quantile(sorted: Float64Array, q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

/**
 * 95 % percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13) of any statistics of
 * `rows` rows. Each resample is drawn once and handed to the statistics as weights, so that statistics of two models, and
 * their difference, are computed on the same rows: that is what pairs them. The same seed gives the same intervals.
 * @returns by name; nulls where the statistic was not defined in 5 % of the resamples or more, or there are no rows
 */
export function bootstrap(
  rows: number,
  statistic: Statistic,
  { seed, resamples = 1000 }: BootstrapOptions,
): Record<string, Interval> {
  const bits = seededBits(seed);
  const weights: Weights = new Uint16Array(rows);
  const drawn = new Map<string, number[]>();
  const scale = rows / 2 ** 32;
  for (let b = 0; b < resamples && rows > 0; b++) {
    weights.fill(0);
    for (let i = 0; i < rows; i++) weights[Math.floor(bits() * scale)]!++;
    for (const [name, value] of Object.entries(statistic(weights))) {
      const values = drawn.get(name) ?? [];
      if (values.length === 0) drawn.set(name, values);
      if (value !== null) values.push(value);
    }
  }
  return Object.fromEntries(
    [...drawn].map(([name, values]): [string, Interval] => {
      if (values.length < DEFINED * resamples) return [name, { low: null, high: null }];
      const sorted = Float64Array.from(values).sort();
      return [name, { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }];
    }),
  );
}

/** `a`, `b` and `a − b` of the same resamples, under the prefixes `a.`, `b.` and `difference.`. */
export const paired =
  (a: Statistic, b: Statistic): Statistic =>
  (weights) => {
    const out: Record<string, number | null> = {};
    const [x, y] = [a(weights), b(weights)];
    for (const name in x) {
      const [u, v] = [x[name] ?? null, y[name] ?? null];
      out[`a.${name}`] = u;
      out[`b.${name}`] = v;
      out[`difference.${name}`] = u === null || v === null ? null : u - v;
    }
    return out;
  };
