/**
 * Cosine distance 1 − cos(a, b) of two centroids: 0 for the same direction, 1 for a right angle, 2 for the opposite one.
 * It knows directions only, so vectors must be in comparable units.
 * @returns null when a centroid is the origin, which has no direction
 */
export function cosineDistance(a: readonly number[], b: readonly number[]): number | null {
  if (a.length !== b.length)
    throw new RangeError(`centroids of ${a.length} and ${b.length} dimensions cannot be compared`);
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  if (aa === 0 || bb === 0) return null;
  return Math.min(2, Math.max(0, 1 - dot / Math.sqrt(aa * bb)));
}

/** The mean of rows of one width; null when there are none. */
export function centroid(rows: readonly ArrayLike<number>[]): number[] | null {
  const [first] = rows;
  if (!first) return null;
  const sums = new Array<number>(first.length).fill(0);
  for (const row of rows) for (let i = 0; i < sums.length; i++) sums[i]! += row[i]!;
  return sums.map((s) => s / rows.length);
}
