import { rocAuc } from '../shared/statistics/auc.ts';

/** A live AUC, or why there is none. */
export type LiveAuc =
  | { readonly value: number; readonly rows: number; readonly positives: number; readonly reason: null }
  | { readonly value: null; readonly rows: number; readonly positives: number; readonly reason: string };

/** The area under the ROC curve of joined predictions, as evaluation computes it. */
export function liveAuc(joined: readonly { readonly score: number; readonly label: 0 | 1 }[]): LiveAuc {
  const rows = joined.length;
  const positives = joined.reduce((n, j) => n + j.label, 0);
  const labels = Uint8Array.from(joined, (j) => j.label);
  const { value } = rocAuc(
    labels,
    Float64Array.from(joined, (j) => j.score),
  );
  if (value !== null) return { value, rows, positives, reason: null };
  const reason =
    rows === 0 ? 'no outcome has arrived yet' : `all ${rows} outcomes are ${positives > 0 ? 1 : 0}`;
  return { value, rows, positives, reason };
}
