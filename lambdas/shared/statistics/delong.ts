import { midranks } from './auc.ts';
import { normalTails } from './distributions.ts';
import { type Estimate, unknown, Z95 } from './estimate.ts';

/** How far apart the AUCs of two models on the same rows are. */
export interface AucDifference extends Estimate {
  /** Two-sided p-value of the hypothesis that they are equal; null where there is no interval. */
  readonly p: number | null;
}

interface Placements {
  readonly auc: number;
  /** Share of negatives that each positive outranks. */
  readonly positives: Float64Array;
  /** Share of positives that outrank each negative. */
  readonly negatives: Float64Array;
}

function placements(labels: Uint8Array, scores: Float64Array, p: number, n: number): Placements {
  const all = midranks(scores);
  const own = [1, 0].map((y) => midranks(scores.filter((_, i) => labels[i] === y)));
  const positives = all.filter((_, i) => labels[i] === 1).map((r, i) => (r - own[0]![i]!) / n);
  const negatives = all.filter((_, i) => labels[i] === 0).map((r, j) => 1 - (r - own[1]![j]!) / p);
  return { auc: positives.reduce((a, v) => a + v, 0) / p, positives, negatives };
}

/** Variance of a − b over the rows of a class. */
function varianceOfDifference(a: Float64Array, b: Float64Array): number {
  const d = a.map((v, i) => v - b[i]!);
  const mean = d.reduce((s, v) => s + v, 0) / d.length;
  return d.reduce((s, v) => s + (v - mean) ** 2, 0) / (d.length - 1);
}

/**
 * AUC(a) − AUC(b) on the same rows with the interval and test of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988).
 * Their variance L S L' of the contrast (1, −1) is that of the differences of placement values, so the covariance of the
 * two models, which makes a paired comparison sharper than two intervals side by side, is in it.
 * @param labels 0 or 1
 */
export function aucDifference(labels: Uint8Array, a: Float64Array, b: Float64Array): AucDifference {
  const p = labels.reduce((s, y) => s + y, 0);
  const n = labels.length - p;
  if (p === 0 || n === 0)
    return { ...unknown(`${p} positive and ${n} negative rows: the AUC needs both`), p: null };
  const [x, y] = [placements(labels, a, p, n), placements(labels, b, p, n)];
  const value = x.auc - y.auc;
  if (p < 2 || n < 2) return { value, low: null, high: null, reason: null, p: null };
  const variance =
    varianceOfDifference(x.positives, y.positives) / p + varianceOfDifference(x.negatives, y.negatives) / n;
  const error = Math.sqrt(variance);
  const half = Z95 * error;
  const equal = Math.abs(value) < 1e-15;
  const pValue = error > 0 ? normalTails(value / error) : equal ? 1 : 0;
  return {
    value,
    low: Math.max(-1, value - half),
    high: Math.min(1, value + half),
    reason: null,
    p: pValue,
  };
}
