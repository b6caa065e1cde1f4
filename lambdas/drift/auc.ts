/** A live AUC, or why there is none. */
export type LiveAuc =
  | { readonly value: number; readonly rows: number; readonly positives: number; readonly reason: null }
  | { readonly value: null; readonly rows: number; readonly positives: number; readonly reason: string };

/**
 * Area under the ROC curve of joined predictions, by ranks (Mann-Whitney U; Hanley & McNeil 1982):
 * (R⁺ − p(p+1)/2) / (p·n), with R⁺ the sum of the positives' ranks, p positives and n negatives. Tied scores share the
 * mean of their ranks, which counts a tied pair as one half.
 */
export function liveAuc(joined: readonly { readonly score: number; readonly label: 0 | 1 }[]): LiveAuc {
  const rows = joined.length;
  const positives = joined.reduce((n, j) => n + j.label, 0);
  const none = (reason: string) => ({ value: null, rows, positives, reason }) as const;
  if (rows === 0) return none('no outcome has arrived yet');
  if (positives === 0 || positives === rows) return none(`all ${rows} outcomes are ${positives > 0 ? 1 : 0}`);
  const sorted = [...joined].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let from = 0; from < rows; ) {
    let to = from;
    let tiedPositives = 0;
    while (to < rows && sorted[to]!.score === sorted[from]!.score) tiedPositives += sorted[to++]!.label;
    rankSum += tiedPositives * ((from + 1 + to) / 2); // ranks from+1 … to share their mean
    from = to;
  }
  const value = (rankSum - (positives * (positives + 1)) / 2) / (positives * (rows - positives));
  return { value, rows, positives, reason: null };
}
