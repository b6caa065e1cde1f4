/** A column cut into bins: bin b holds cuts[b-1] ≤ x < cuts[b]; the bin after the last is for missing values. */
export interface BinnedColumn {
  /** Ascending; values of the data themselves, so that `x < cut` is exact in float32. */
  readonly cuts: Float32Array;
  /** Bin of each row; `cuts.length + 1` means missing. */
  readonly bins: Uint8Array;
  /** Smallest value of the training rows; NaN if all are missing. */
  readonly lowest: number;
  /** Every bin holds one integer code, so that a split may ask for a single category. */
  readonly categorical: boolean;
}

/** Number of bins of a column, that of missing values included. */
export const binCount = (column: { readonly cuts: Float32Array }): number => column.cuts.length + 2;

/**
 * At most `maxBin` bins: one a distinct value if they are few enough, else of equal frequency.
 * @param values one column; NaN is missing
 * @param maxBin 2 to 254, missing not counted
 */
export function findCuts(values: Float32Array, maxBin: number): Float32Array {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort();
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length && distinct.length <= maxBin; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct.push(sorted[i]!);
  if (distinct.length <= maxBin) return Float32Array.from(distinct.slice(1));
  const cuts: number[] = [];
  for (let k = 1; k < maxBin; k++) {
    const value = sorted[Math.floor((k * sorted.length) / maxBin)]!;
    if (value !== sorted[0] && value !== cuts.at(-1)) cuts.push(value);
  }
  return Float32Array.from(cuts);
}

/** Bins a column by given cuts. */
export function applyCuts(values: Float32Array, cuts: Float32Array): Uint8Array {
  const out = new Uint8Array(values.length);
  const missing = cuts.length + 1;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) {
      out[i] = missing;
      continue;
    }
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cuts[middle]! <= x) low = middle + 1;
      else high = middle;
    }
    out[i] = low;
  }
  return out;
}

/** Cuts from the training rows, applied to them. */
export function binColumn(values: Float32Array, maxBin: number, categorical: boolean): BinnedColumn {
  const limit = Math.min(maxBin, 254);
  const cuts = findCuts(values, limit);
  const oneCodeABin = categorical && new Set(values.filter((v) => !Number.isNaN(v))).size === cuts.length + 1;
  let lowest = Number.NaN;
  for (const v of values) if (!(v >= lowest)) lowest = Number.isNaN(v) ? lowest : v;
  return { cuts, bins: applyCuts(values, cuts), lowest, categorical: oneCodeABin };
}
