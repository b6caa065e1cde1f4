/**
 * Wasserstein distance of order 1 (earth mover's distance) of two samples on a line: ∫ |F(x) − G(x)| dx, in the unit of
 * the values (Vallender, Theory of Probability and its Applications 18, 1974).
 * @param a sorted ascending, without NaN
 * @param b likewise
 * @returns null when a sample is empty
 */
export function wasserstein(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return null;
  let [i, j, distance] = [0, 0, 0];
  let at = Math.min(a[0]!, b[0]!);
  while (i < n || j < m) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    distance += Math.abs(i / n - j / m) * (next - at);
    at = next;
    while (i < n && a[i]! <= at) i++;
    while (j < m && b[j]! <= at) j++;
  }
  return distance;
}

/**
 * The same from histograms, each bin's rows taken at one position. As coarse as the bins: what moves within one does not
 * count.
 * @param positions rising, one a bin
 */
export function binnedWasserstein(
  expected: readonly number[],
  actual: readonly number[],
  positions: readonly number[],
): number | null {
  const n = expected.reduce((sum, c) => sum + c, 0);
  const m = actual.reduce((sum, c) => sum + c, 0);
  if (n === 0 || m === 0) return null;
  let [x, y, distance] = [0, 0, 0];
  for (let i = 0; i + 1 < positions.length; i++) {
    x += expected[i]!;
    y += actual[i]!;
    distance += Math.abs(x / n - y / m) * (positions[i + 1]! - positions[i]!);
  }
  return distance;
}
