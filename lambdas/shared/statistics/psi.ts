/**
 * Population stability index (N. Siddiqi, "Credit Risk Scorecards", 2006): Σ (aᵢ − eᵢ) · ln(aᵢ / eᵢ) over the bins, with
 * aᵢ the actual and eᵢ the expected share of bin i. It is the symmetric Kullback-Leibler divergence; below 0.1 is
 * commonly read as stable, above 0.2 as drift.
 *
 * Conventions, which differ between tools and are fixed here: a share below EPSILON counts as EPSILON and shares are
 * not normalised again; missing values are in no bin (their rate is watched by itself).
 */
export const EPSILON = 1e-4;

/**
 * PSI of two histograms over the same bins.
 * @returns null when either has no values at all
 */
export function psi(expected: readonly number[], actual: readonly number[]): number | null {
  if (expected.length !== actual.length)
    throw new RangeError(`histograms of ${expected.length} and ${actual.length} bins cannot be compared`);
  const totalExpected = sum(expected);
  const totalActual = sum(actual);
  if (totalExpected === 0 || totalActual === 0) return null;
  let total = 0;
  for (let i = 0; i < expected.length; i++) {
    const e = Math.max(expected[i]! / totalExpected, EPSILON);
    const a = Math.max(actual[i]! / totalActual, EPSILON);
    total += (a - e) * Math.log(a / e);
  }
  return total;
}

/** Bin of `value` among right-closed bins (-∞, e1], (e1, e2], …, (ek, ∞). */
export function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (value <= edges[mid]!) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** Fewest rows one expects in a bin of its own (W. G. Cochran's rule for χ², 1954). */
export const MIN_EXPECTED = 5;

type CategoryCounts = { readonly counts: Readonly<Record<string, number>>; readonly unseen: number };
type WindowCounts = { readonly counts: ReadonlyMap<string, number>; readonly unseen: number };

/**
 * Both histograms of categories over the same bins. What the vocabulary does not hold is one bin. Categories of which the window is expected to hold
 * fewer than {@link MIN_EXPECTED} rows share one bin: with some dozens of them, chance alone would look like drift.
 */
export function categoricalBins(
  baseline: CategoryCounts,
  actual: WindowCounts,
): { readonly expected: number[]; readonly actual: number[] } {
  const names = Object.keys(baseline.counts);
  const totalExpected = sum(Object.values(baseline.counts)) + baseline.unseen;
  const totalActual = sum([...actual.counts.values()]) + actual.unseen;
  const expectedBins = [baseline.unseen, 0];
  const actualBins = [actual.unseen, 0];
  for (const name of names) {
    const e = baseline.counts[name]!;
    const a = actual.counts.get(name) ?? 0;
    if ((e / totalExpected) * totalActual < MIN_EXPECTED) {
      expectedBins[1]! += e;
      actualBins[1]! += a;
    } else {
      expectedBins.push(e);
      actualBins.push(a);
    }
  }
  return { expected: expectedBins, actual: actualBins };
}

/** PSI of categories, over the bins of {@link categoricalBins}. */
export function categoricalPsi(baseline: CategoryCounts, actual: WindowCounts): number | null {
  const bins = categoricalBins(baseline, actual);
  return psi(bins.expected, bins.actual);
}

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
