/** A minute of one metric: CloudWatch keeps standard-resolution data by the minute. */
export interface Bucket {
  sum: number;
  count: number;
  min: number;
  max: number;
  /** Value, weight, value, weight, …; for percentiles. */
  readonly values: number[];
  /** A statistic set that hides its values: the minute has no percentiles. */
  opaque: boolean;
  /** Statistics asked of this minute so far: alarms look at the same minute many times. Gone with the next sample. */
  memo: Map<unknown, number | undefined> | undefined;
}

export interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly buckets: Map<number, Bucket>;
  unit: string;
  /** Oldest and newest minute that holds data. */
  first: number;
  last: number;
}

export const MINUTE_MS = 60_000;
export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);

const keyOf = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string =>
  `${namespace}\n${name}\n${Object.keys(dimensions)
    .sort()
    .map((k) => `${k}=${dimensions[k]}`)
    .join('\n')}`;

/** Samples of every metric. A metric is its namespace, name and exact set of dimensions, as on AWS. */
export class MetricStore {
  readonly #series = new Map<string, Series>();

  all(): Iterable<Series> {
    return this.#series.values();
  }

  find(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): Series | undefined {
    return this.#series.get(keyOf(namespace, name, dimensions));
  }

  /** As {@link find}, but makes the series: what is watched before its first sample. */
  series(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): Series {
    const key = keyOf(namespace, name, dimensions);
    let series = this.#series.get(key);
    if (!series) {
      series = {
        namespace,
        name,
        dimensions: { ...dimensions },
        buckets: new Map(),
        unit: 'None',
        first: Number.POSITIVE_INFINITY,
        last: Number.NEGATIVE_INFINITY,
      };
      this.#series.set(key, series);
    }
    return series;
  }

  #bucket(series: Series, atMs: number): Bucket {
    const minute = minuteOf(atMs);
    let bucket = series.buckets.get(minute);
    if (!bucket) {
      bucket = {
        sum: 0,
        count: 0,
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
        values: [],
        opaque: false,
        memo: undefined,
      };
      series.buckets.set(minute, bucket);
      series.first = Math.min(series.first, minute);
      series.last = Math.max(series.last, minute);
    }
    bucket.memo = undefined;
    return bucket;
  }

  /** One sample, seen `weight` times. */
  add(series: Series, value: number, unit: string, atMs: number, weight = 1): void {
    const bucket = this.#bucket(series, atMs);
    series.unit = unit;
    bucket.sum += value * weight;
    bucket.count += weight;
    if (value < bucket.min) bucket.min = value;
    if (value > bucket.max) bucket.max = value;
    bucket.values.push(value, weight);
  }

  /** A statistic set. It has percentiles only if it can have held but one value. */
  addSet(
    series: Series,
    set: { readonly sum: number; readonly count: number; readonly min: number; readonly max: number },
    unit: string,
    atMs: number,
  ): void {
    if (set.min === set.max) {
      this.add(series, set.min, unit, atMs, set.count);
      return;
    }
    const bucket = this.#bucket(series, atMs);
    series.unit = unit;
    bucket.sum += set.sum;
    bucket.count += set.count;
    bucket.min = Math.min(bucket.min, set.min);
    bucket.max = Math.max(bucket.max, set.max);
    bucket.opaque = true;
  }
}
