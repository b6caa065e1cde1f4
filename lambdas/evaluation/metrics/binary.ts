import type { Weights } from '../../shared/statistics/bootstrap.ts';
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
 * Probabilities are clipped to [CLIP, 1 − CLIP] before the logarithm, so that one confident mistake costs 34.5 nats
 * and not infinity. 1e-15 is the customary constant (scikit-learn used it until 1.3); scores are float32, so every
 * score below 1 that it can hold is at least 6e-8 away from 1 and only exact 0 and 1 are clipped in practice.
 */
export const CLIP = 1e-15;

/** What each row contributes to a metric that is a mean over rows. */
export function rowLosses(
  labels: Uint8Array,
  scores: Float64Array,
  metric: 'logLoss' | 'brier',
): Float64Array {
  if (metric === 'brier') return scores.map((s, i) => (s - labels[i]!) ** 2);
  return scores.map((s, i) => {
    const p = Math.min(1 - CLIP, Math.max(CLIP, s));
    return labels[i] === 1 ? -Math.log(p) : -Math.log1p(-p);
  });
}

/**
 * Makes ready to measure one model on one set of rows, all at once or on any resample of them: what does not depend on
 * the resample (order, losses, bins) is done here, once, and each measurement is a few passes without allocation.
 *
 * - `auc`: share of pairs of a positive and a negative that are in order, ties one half.
 * - `prAuc`: average precision Σ (Rₖ − Rₖ₋₁) Pₖ over distinct scores, descending; no interpolation, which is too
 *   optimistic (Davis and Goadrich, ICML 2006).
 * - `logLoss`: mean negative log-likelihood of the label, in nats.
 * - `brier`: mean((p − y)²) (Brier, Monthly Weather Review 78, 1950, in the form for two classes: 0 is best, 1 worst).
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
  const loss = rowLosses(labels, scores, 'logLoss');
  const square = rowLosses(labels, scores, 'brier');
  const cell = Uint8Array.from(scores, (s, i) => (s >= threshold ? 2 : 0) + labels[i]!);
  const bin = Uint8Array.from(scores, (s) =>
    Math.min(CALIBRATION_BINS - 1, Math.max(0, Math.floor(s * CALIBRATION_BINS))),
  );
  const once: Weights = new Uint16Array(n).fill(1);
  const miss = scores.map((s, i) => s - labels[i]!);
  const gap = new Float64Array(CALIBRATION_BINS);
  const cells = new Float64Array(4);

  return (weights = once) => {
    let [losses, squares] = [0, 0];
    cells.fill(0);
    gap.fill(0);
    // No branch on the weight: a third of them are 0 at random, which no processor predicts.
    for (let i = 0; i < n; i++) {
      const w = weights[i]!;
      losses += w * loss[i]!;
      squares += w * square[i]!;
      cells[cell[i]!]! += w;
      gap[bin[i]!]! += w * miss[i]!;
    }
    const confusion: Confusion = [cells[0]!, cells[1]!, cells[2]!, cells[3]!];
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
      const positive = w * sorted[k]!;
      groupTp += positive;
      groupFp += w - positive;
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
