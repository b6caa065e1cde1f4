import { NotSupportedLocally } from '../../types.ts';
import type { Bucket, Series } from './store.ts';

/** What one data point says of the buckets it covers; undefined where it says nothing. */
export type Statistic = (buckets: readonly Bucket[]) => number | undefined;

const sumOf = (b: readonly Bucket[]): number => b.reduce((s, x) => s + x.sum, 0);
const countOf = (b: readonly Bucket[]): number => b.reduce((s, x) => s + x.count, 0);

const BASIC: Readonly<Record<string, Statistic>> = {
  Sum: sumOf,
  SampleCount: countOf,
  Average: (b) => sumOf(b) / countOf(b),
  Minimum: (b) => Math.min(...b.map((x) => x.min)),
  Maximum: (b) => Math.max(...b.map((x) => x.max)),
};

/**
 * The percentile by linear interpolation between the closest ranks (Hyndman and Fan's type 7, R's default): rank
 * p/100 × (n − 1) from 0. CloudWatch does not publish its own estimator; between equal samples all agree.
 */
export function percentile(pairs: readonly (readonly [value: number, weight: number])[], p: number): number {
  const sorted = pairs.toSorted((a, b) => a[0] - b[0]);
  const total = sorted.reduce((s, [, w]) => s + w, 0);
  const rank = (p / 100) * (total - 1);
  const at = (index: number): number => {
    let seen = 0;
    for (const [value, weight] of sorted) {
      seen += weight;
      if (index < seen) return value;
    }
    return sorted.at(-1)![0];
  };
  const low = at(Math.floor(rank));
  return low + (at(Math.ceil(rank)) - low) * (rank - Math.floor(rank));
}

function percentileStatistic(p: number): Statistic {
  return (buckets) => {
    if (buckets.some((b) => b.opaque)) return undefined;
    const pairs: [number, number][] = [];
    for (const { values } of buckets)
      for (let i = 0; i < values.length; i += 2) pairs.push([values[i]!, values[i + 1]!]);
    return pairs.length === 0 ? undefined : percentile(pairs, p);
  };
}

const compiled = new Map<string, Statistic>(Object.entries(BASIC));

/** Reads `Sum`, `Average`, `p99`, `p99.9`, … @throws NotSupportedLocally for every other statistic */
export function statistic(name: string): Statistic {
  const known = compiled.get(name);
  if (known) return known;
  const p = /^p(\d{1,3}(?:\.\d+)?)$/.exec(name)?.[1];
  if (p === undefined || Number(p) > 100) throw new NotSupportedLocally(`CloudWatch statistic ${name}`);
  const made = percentileStatistic(Number(p));
  compiled.set(name, made);
  return made;
}

/** The value of the minutes [from, from + minutes), or undefined where there is no data. */
export function pointOf(series: Series, stat: Statistic, from: number, minutes: number): number | undefined {
  if (series.last < from || series.first >= from + minutes) return undefined;
  if (minutes === 1) {
    const bucket = series.buckets.get(from);
    if (!bucket) return undefined;
    bucket.memo ??= new Map();
    if (!bucket.memo.has(stat)) bucket.memo.set(stat, stat([bucket]));
    return bucket.memo.get(stat);
  }
  const buckets: Bucket[] = [];
  const end = Math.min(from + minutes - 1, series.last);
  for (let m = Math.max(from, series.first); m <= end; m++) {
    const bucket = series.buckets.get(m);
    if (bucket) buckets.push(bucket);
  }
  return buckets.length === 0 ? undefined : stat(buckets);
}
