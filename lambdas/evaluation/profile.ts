import type { NumericBaseline } from '../../contracts/dataset.ts';

/** Inner edges: nine, so that the bins are deciles. */
const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** The largest float32 below `x` (both float32, finite): scores are float32, so nothing lies between the two. */
function below(x: number): number {
  const float = new Float32Array([x]);
  const bits = new Int32Array(float.buffer);
  if (x === 0) bits[0] = 0x80000001 | 0;
  else bits[0] = bits[0]! + (x > 0 ? -1 : 1);
  return float[0]!;
}

/** Index of the first edge that is at least `x`: the bin of `x` when bins are closed on the right. */
function bin(edges: readonly number[], x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The distribution of scores on the validation split, that the live scores are later held against. A decile is the
 * smallest score that at least that share of the rows does not exceed (the inverse of the empirical distribution,
 * type 1 of Hyndman and Fan, The American Statistician 50, 1996); equal deciles count once. When every score is the
 * same, the edges are the float32 just below it and itself, so that a move in either direction leaves the bin.
 * @param scores finite float32 values
 */
export function scoreProfile(scores: Float64Array): NumericBaseline {
  const sorted = scores.slice().sort();
  const n = sorted.length;
  if (n === 0) return { kind: 'numeric', edges: [], counts: [0], nulls: 0, min: null, max: null };
  const [min, max] = [sorted[0]!, sorted[n - 1]!];
  const deciles = DECILES.map((q) => sorted[Math.ceil(q * n) - 1]!);
  const edges = min === max ? [below(min), min] : [...new Set(deciles)];
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const score of sorted) counts[bin(edges, score)]!++;
  return { kind: 'numeric', edges, counts, nulls: 0, min, max };
}
