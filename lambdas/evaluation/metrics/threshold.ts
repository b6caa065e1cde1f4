/** Rows by prediction and label: [true negative, false negative, false positive, true positive]. */
export type Confusion = [number, number, number, number];

/** What a decision at a threshold is like; null where the denominator is zero. */
export interface Thresholded {
  readonly accuracy: number | null;
  /** Share of the predicted positives that are positive. */
  readonly precision: number | null;
  /** Share of the positives that are predicted so. */
  readonly recall: number | null;
  /** Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); null when there is no positive. */
  readonly f1: number | null;
  /** Share of rows predicted positive. */
  readonly positiveRate: number | null;
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export function thresholded([tn, fn, fp, tp]: Confusion): Thresholded {
  const rows = tn + fn + fp + tp;
  return {
    accuracy: ratio(tp + tn, rows),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: tp + fn > 0 ? ratio(2 * tp, 2 * tp + fp + fn) : null,
    positiveRate: ratio(tp + fp, rows),
  };
}
