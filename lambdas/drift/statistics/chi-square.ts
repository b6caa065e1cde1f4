import { chiSquareTail } from '../../shared/statistics/distributions.ts';
import { noTest, type TestResult } from './ks.ts';

/**
 * Pearson's χ² test of homogeneity of two samples over the same k bins: Σ (observed − expected)² / expected over the 2 × k
 * table, with expected counts from its margins and k − 1 degrees of freedom; no continuity correction. Bins that are
 * empty in both samples are not in the table. A p-value wants some five expected rows a bin (Cochran, Biometrics 10,
 * 1954): the caller merges rare ones.
 */
export function chiSquareTest(a: readonly number[], b: readonly number[]): TestResult {
  if (a.length !== b.length)
    throw new RangeError(`histograms of ${a.length} and ${b.length} bins cannot be compared`);
  const n = a.reduce((sum, c) => sum + c, 0);
  const m = b.reduce((sum, c) => sum + c, 0);
  if (n === 0 || m === 0) return noTest('a sample has no values');
  let statistic = 0;
  let bins = 0;
  for (let i = 0; i < a.length; i++) {
    const both = a[i]! + b[i]!;
    if (both === 0) continue;
    bins++;
    const [ea, eb] = [(both * n) / (n + m), (both * m) / (n + m)];
    statistic += (a[i]! - ea) ** 2 / ea + (b[i]! - eb) ** 2 / eb;
  }
  if (bins < 2) return noTest('both samples lie in one bin');
  return { statistic, p: chiSquareTail(statistic, bins - 1), reason: null };
}
