import type { NumericBaseline } from '../../../contracts/dataset.ts';
import { sortFloats } from './sort-floats.ts';

/** The next float32 below `x`. */
export function justBelow(x: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  if (x === 0) return -(2 ** -149); // the smallest subnormal
  view.setInt32(0, view.getInt32(0) + (x > 0 ? -1 : 1));
  return view.getFloat32(0);
}

/**
 * Inner bin edges from sorted values without NaN: the nine inner deciles as the inverse of the empirical distribution
 * function (type 1 of Hyndman & Fan 1996, "Sample Quantiles in Statistical Packages"; what DuckDB calls quantile_disc):
 * decile d of n values is the value at position ceil(n·d/10). Duplicates are dropped.
 *
 * Bins are right-closed, so a lowest edge that equals the minimum leaves (-∞, min] as the first bin, and a feature that
 * sat at its minimum could move down without leaving it. An edge just below the minimum closes that hole; for a
 * feature that was constant at c the edges are just below c, and c.
 */
export function decileEdges(sorted: ArrayLike<number>): number[] {
  const n = sorted.length;
  if (n === 0) return [];
  const deciles = Array.from({ length: 9 }, (_, d) => sorted[Math.ceil((n * (d + 1)) / 10) - 1]!);
  const edges = [...new Set(deciles)];
  return edges[0] === sorted[0] ? [justBelow(edges[0]!), ...edges] : edges;
}

/** How many of the sorted values lie in each right-closed bin (-∞, e1], (e1, e2], …, (ek, ∞). */
export function countBins(sorted: ArrayLike<number>, edges: readonly number[]): number[] {
  const upTo = edges.map((edge) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (sorted[mid]! <= edge) low = mid + 1;
      else high = mid;
    }
    return low;
  });
  return [...upTo, sorted.length].map((count, i) => count - (i === 0 ? 0 : upTo[i - 1]!));
}

/** Baseline of one numeric feature; NaN is missing. Does not change `values`. */
export function numericBaseline(values: Float32Array): NumericBaseline {
  const sorted = sortFloats(values);
  let known = sorted.length;
  while (known > 0 && Number.isNaN(sorted[known - 1])) known--;
  const present = sorted.subarray(0, known);
  const edges = decileEdges(present);
  return {
    kind: 'numeric',
    edges,
    counts: countBins(present, edges),
    nulls: values.length - known,
    min: known > 0 ? present[0]! : null,
    max: known > 0 ? present[known - 1]! : null,
  };
}
