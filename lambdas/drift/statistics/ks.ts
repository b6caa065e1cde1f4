import { kolmogorovTail } from '../../shared/statistics/distributions.ts';

/** A two-sample test: its statistic and p-value, or why there is none. */
export interface TestResult {
  readonly statistic: number | null;
  readonly p: number | null;
  readonly reason: string | null;
}
export const noTest = (reason: string): TestResult => ({ statistic: null, p: null, reason });

/**
 * p-value of Smirnov's two-sample statistic by the asymptotic distribution of √(nm / (n + m))·D, without a correction
 * for small samples (as R's `ks.test(exact = FALSE)`). Under ties it is conservative: the true p-value is smaller.
 */
const pValue = (d: number, n: number, m: number): number => kolmogorovTail(d * Math.sqrt((n * m) / (n + m)));

/**
 * Two-sample Kolmogorov-Smirnov test: the largest distance of the two empirical distribution functions. Ties, within a
 * sample and across, are stepped over together: the functions are compared only behind the last of equal values.
 * @param a sorted ascending, without NaN
 * @param b likewise
 */
export function ksTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return noTest('a sample has no values');
  let [i, j, d] = [0, 0, 0];
  while (i < n && j < m) {
    const [x, y] = [a[i]!, b[j]!];
    const value = Math.min(x, y);
    while (i < n && a[i]! <= value) i++;
    while (j < m && b[j]! <= value) j++;
    const distance = Math.abs(i / n - j / m);
    if (distance > d) d = distance;
  }
  return { statistic: d, p: pValue(d, n, m), reason: null };
}

/**
 * The same on histograms over the same ordered bins: the distance at the bin edges alone, hence a lower bound of the
 * statistic of the values and an upper bound of its p-value. Never claims more than the values would.
 */
export function binnedKs(expected: readonly number[], actual: readonly number[]): TestResult {
  const n = expected.reduce((sum, c) => sum + c, 0);
  const m = actual.reduce((sum, c) => sum + c, 0);
  if (n === 0 || m === 0) return noTest('a sample has no values');
  let [x, y, d] = [0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    x += expected[i]!;
    y += actual[i] ?? 0;
    d = Math.max(d, Math.abs(x / n - y / m));
  }
  return { statistic: d, p: pValue(d, n, m), reason: null };
}
