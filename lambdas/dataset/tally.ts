/** What came out of one partition (one UTC date). */
export interface PartitionTally {
  read: number;
  rejected: number;
  accepted: number;
  /** Missing values of accepted rows by feature, before any default stood in. */
  readonly nulls: Float64Array;
}

/** Counts of a freeze, by partition: a pipeline that broke yesterday hides in the average of a long window. */
export class Tally {
  readonly partitions = new Map<string, PartitionTally>();
  /** Rejected rows by reason. */
  readonly rejectedBy: Record<string, number> = {};
  golden = 0;
  /** Accepted rows whose value is later than their label, by feature. */
  readonly late = new Map<string, number>();
  readonly #features: number;

  constructor(features: number) {
    this.#features = features;
  }

  of(date: string): PartitionTally {
    let tally = this.partitions.get(date);
    if (!tally) {
      tally = { read: 0, rejected: 0, accepted: 0, nulls: new Float64Array(this.#features) };
      this.partitions.set(date, tally);
    }
    return tally;
  }

  reject(date: string, reason: string, rows = 1): void {
    this.of(date).rejected += rows;
    this.rejectedBy[reason] = (this.rejectedBy[reason] ?? 0) + rows;
  }

  /** The sum over partitions whose date is `since` or later. */
  total(since = ''): PartitionTally {
    const sum = { read: 0, rejected: 0, accepted: 0, nulls: new Float64Array(this.#features) };
    for (const [date, t] of this.partitions) {
      if (date < since) continue;
      sum.read += t.read;
      sum.rejected += t.rejected;
      sum.accepted += t.accepted;
      t.nulls.forEach((n, i) => {
        sum.nulls[i]! += n;
      });
    }
    return sum;
  }
}
