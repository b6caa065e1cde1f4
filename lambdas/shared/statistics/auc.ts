/** The area under the ROC curve and how sure one can be of it. `value` is null when it is not defined. */
export interface Auc {
  readonly value: number | null;
  /** 95 % confidence interval by DeLong, clipped to [0, 1]; null with fewer than two rows of a class. */
  readonly low: number | null;
  readonly high: number | null;
  /** Why `value` is null. */
  readonly reason: string | null;
}

/** Two-sided 95 % quantile of the standard normal distribution. */
const Z95 = 1.959963984540054;

/** Order of `values`, ascending. Values must not be NaN. */
function order(values: Float64Array): Uint32Array {
  return Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
}

/**
 * Midranks, 1-based: equal values share the mean of the ranks they would take. That is what makes a tie between a
 * positive and a negative count one half in the AUC.
 */
export function midranks(values: Float64Array): Float64Array {
  const sorted = order(values);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to + 1 < sorted.length && values[sorted[to + 1]!] === values[sorted[from]!]) to++;
    for (let i = from; i <= to; i++) ranks[sorted[i]!] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

const variance = (values: Float64Array): number => {
  const mean = values.reduce((a, v) => a + v, 0) / values.length;
  return values.reduce((a, v) => a + (v - mean) ** 2, 0) / (values.length - 1);
};

/**
 * ROC AUC by the rank formula of Mann and Whitney, with the confidence interval of DeLong, DeLong and Clarke-Pearson
 * (Biometrics 44, 1988) in the O(n log n) form of Sun and Xu (IEEE Signal Processing Letters 21, 2014):
 *
 *     AUC = (R₊ − P(P + 1) / 2) / (P N)        R₊ = sum of the midranks of the P positives among all P + N rows
 *     V10ᵢ = (rᵢ − rᵢ⁺) / N    V01ⱼ = 1 − (rⱼ − rⱼ⁻) / P    var = S²(V10) / P + S²(V01) / N
 *
 * with r the midrank among all rows and r⁺, r⁻ those within the class. Ties count one half. With one class only the
 * AUC is not defined. A perfect separation has variance 0, and its interval is a point.
 * @param labels 0 or 1
 * @param scores finite, the higher the more positive
 */
export function rocAuc(labels: Uint8Array, scores: Float64Array): Auc {
  const positives = scores.filter((_, i) => labels[i] === 1);
  const negatives = scores.filter((_, i) => labels[i] !== 1);
  const [p, n] = [positives.length, negatives.length];
  if (p === 0 || n === 0) {
    const reason = p + n === 0 ? 'there are no rows' : `all ${p + n} rows are of class ${p === 0 ? 0 : 1}`;
    return { value: null, low: null, high: null, reason };
  }
  const all = midranks(scores);
  const ofPositives = all.filter((_, i) => labels[i] === 1);
  const ofNegatives = all.filter((_, i) => labels[i] !== 1);
  const value = (ofPositives.reduce((a, r) => a + r, 0) - (p * (p + 1)) / 2) / (p * n);
  if (p < 2 || n < 2) return { value, low: null, high: null, reason: null };
  const within = { positives: midranks(positives), negatives: midranks(negatives) };
  const v10 = ofPositives.map((r, i) => (r - within.positives[i]!) / n);
  const v01 = ofNegatives.map((r, j) => 1 - (r - within.negatives[j]!) / p);
  const half = Z95 * Math.sqrt(variance(v10) / p + variance(v01) / n);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half), reason: null };
}
