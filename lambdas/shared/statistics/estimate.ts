/** A number estimated from a sample, with its 95 % confidence interval. */
export interface Estimate {
  /** Null when it cannot be computed; `reason` then says why. */
  readonly value: number | null;
  /** Both null when there is no interval, e.g. with too few rows. */
  readonly low: number | null;
  readonly high: number | null;
  readonly reason: string | null;
}

export const unknown = (reason: string): Estimate => ({ value: null, low: null, high: null, reason });

/** Two-sided 95 % quantile of the standard normal distribution. */
export const Z95 = 1.959963984540054;
