import type { Weights } from '../../shared/statistics/bootstrap.ts';
import { CLIP } from '../calibration.ts';
import { type Confusion, thresholded } from './threshold.ts';

/** Metrics of a binary model, and whether more is better; `positiveRate` is neither good nor bad. */
export const BINARY_METRICS = {
  auc: true,
  prAuc: true,
  logLoss: false,
  brier: false,
  calibrationError: false,
  accuracy: true,
  precision: true,
  recall: true,
  f1: true,
  positiveRate: null,
} as const;
export type BinaryMetric = keyof typeof BINARY_METRICS;
export const BINARY_NAMES = Object.keys(BINARY_METRICS) as BinaryMetric[];
export type BinaryValues = Readonly<Record<BinaryMetric, number | null>>;

/** Bins of the calibration error. */
export const CALIBRATION_BINS = 10;

/**
 * Makes ready to measure one model on one set of rows, all at once or on any resample of them: what does not depend on
 * the resample (order, losses, bins) is done here, once, and each measurement is a few passes without allocation.
 *
 * - `auc`: share of pairs of a positive and a negative that are in order, ties one half.
 * - `prAuc`: average precision Σ (Rₖ − Rₖ₋₁) Pₖ over distinct scores, descending; no interpolation, which is too
 *   optimistic (Davis and Goadrich, ICML 2006).
 * - `logLoss`: nats a row; `brier`: mean squared error of the probability.
 * - `calibrationError`: expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015): Σ (n_b / n) |mean score −
 *   mean label| over ten bins of equal width, the last one closed on both sides.
 * - the rest at the decision threshold: a row is predicted positive when its score is at least the threshold.
 *
 * A metric that is not defined (one class, nothing predicted positive, no rows) is null.
 * @param labels 0 or 1
 * @param scores probabilities
 */
export function prepareBinary(
  labels: Uint8Array,
  scores: Float64Array,
  threshold: number,
): (weights?: Weights) => BinaryValues {
  const n = labels.length;
  const order = Uint32Array.from(labels, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  /** Whether the next row in order has another score. */
  const ends = Uint8Array.from(order, (row, k) => (scores[order[k + 1] ?? -1] === scores[row] ? 0 : 1));
  const sorted = Uint8Array.from(order, (row) => labels[row]!);
  const loss = Float64Array.from(scores, (s, i) => {
    const p = Math.min(1 - CLIP, Math.max(CLIP, s));
    return labels[i] === 1 ? -Math.log(p) : -Math.log1p(-p);
  });
  const square = Float64Array.from(scores, (s, i) => (s - labels[i]!) ** 2);
  const cell = Uint8Array.from(scores, (s, i) => (s >= threshold ? 2 : 0) + labels[i]!);
  const bin = Uint8Array.from(scores, (s) =>
    Math.min(CALIBRATION_BINS - 1, Math.max(0, Math.floor(s * CALIBRATION_BINS))),
  );
  const once: Weights = new Uint16Array(n).fill(1);
  const gap = new Float64Array(CALIBRATION_BINS);

  return (weights = once) => {
    const confusion: Confusion = [0, 0, 0, 0];
    let [losses, squares] = [0, 0];
    gap.fill(0);
    for (let i = 0; i < n; i++) {
      const w = weights[i]!;
      if (w === 0) continue;
      losses += w * loss[i]!;
      squares += w * square[i]!;
      confusion[cell[i]!]! += w;
      gap[bin[i]!]! += w * (scores[i]! - labels[i]!);
    }
    const [trueNegative, falseNegative, falsePositive, truePositive] = confusion;
    const positives = truePositive + falseNegative;
    const negatives = trueNegative + falsePositive;
    const total = positives + negatives;
    const areas = positives > 0 ? ranked(weights, positives, negatives) : { auc: null, prAuc: null };
    const mean = (sum: number) => (total > 0 ? sum / total : null);
    return {
      ...areas,
      logLoss: mean(losses),
      brier: mean(squares),
      calibrationError: mean(gap.reduce((sum, g) => sum + Math.abs(g), 0)),
      ...thresholded(confusion),
    };
  };

  /** Both areas in one pass over the rows by falling score. There is at least one positive. */
  function ranked(weights: Weights, positives: number, negatives: number) {
    let [tp, fp, groupTp, groupFp, won, precision] = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const w = weights[order[k]!]!;
      if (sorted[k] === 1) groupTp += w;
      else groupFp += w;
      if (ends[k] === 0) continue;
      if (groupTp > 0) {
        won += groupTp * (negatives - fp - groupFp / 2);
        precision += (groupTp * (tp + groupTp)) / (tp + groupTp + fp + groupFp);
      }
      tp += groupTp;
      fp += groupFp;
      groupTp = 0;
      groupFp = 0;
    }
    return {
      auc: negatives > 0 ? won / (positives * negatives) : null,
      prAuc: precision / positives,
    };
  }
}

/** Why a metric is null on these rows. */
export function whyUndefined(metric: BinaryMetric, rows: number, positives: number): string {
  if (rows === 0) return 'there are no rows';
  if (metric === 'precision') return 'no row is predicted positive';
  if (metric === 'auc') return `all ${rows} rows are of class ${positives === 0 ? 0 : 1}`;
  return 'there is no positive row';
}
