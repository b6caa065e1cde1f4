import type { EvaluationSet, SliceDefinition } from '../../contracts/gates.ts';
import { aucDifference } from '../shared/statistics/delong.ts';
import { type Estimate, unknown, Z95 } from '../shared/statistics/estimate.ts';
import type { Scored } from './assess.ts';
import { groupRows, type Values } from './groups.ts';
import { type BinaryValues, prepareBinary, rowLosses } from './metrics/binary.ts';

/** What one value of a slice feature says of candidate and champion. */
export interface SliceResult {
  readonly set: EvaluationSet;
  readonly feature: string;
  readonly value: string;
  readonly rows: number;
  readonly positives: number;
  readonly candidate: BinaryValues;
  readonly champion: BinaryValues | null;
  readonly metric: SliceDefinition['metric'];
  /** Candidate minus champion in {@link metric}; null without a champion. */
  readonly difference: Estimate | null;
  readonly tolerance: number;
  /** Why the slice is not judged, or null when it is. */
  readonly unjudged: string | null;
}

/** Rows of one set with what is known of each. */
export interface ScoredSet extends Scored {
  readonly set: EvaluationSet;
  readonly values: Values;
}

function picked(scored: Scored, members: Uint32Array): Scored {
  const pick = (scores: Float64Array) => Float64Array.from(members, (i) => scores[i]!);
  return {
    labels: Uint8Array.from(members, (i) => scored.labels[i]!),
    candidate: pick(scored.candidate),
    champion: scored.champion && pick(scored.champion),
  };
}

/** Mean of paired differences with its interval by the central limit theorem. */
function meanDifference(ours: Float64Array, theirs: Float64Array): Estimate {
  const n = ours.length;
  if (n === 0) return unknown('there are no rows');
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ours[i]! - theirs[i]!;
  const value = sum / n;
  if (n < 2) return { value, low: null, high: null, reason: null };
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (ours[i]! - theirs[i]! - value) ** 2;
  const half = Z95 * Math.sqrt(squares / (n - 1) / n);
  return { value, low: value - half, high: value + half, reason: null };
}

function difference(
  { labels, candidate, champion }: Scored,
  metric: SliceDefinition['metric'],
): Estimate | null {
  if (!champion) return null;
  if (metric !== 'auc')
    return meanDifference(rowLosses(labels, candidate, metric), rowLosses(labels, champion, metric));
  const { value, low, high, reason } = aucDifference(labels, candidate, champion);
  return { value, low, high, reason };
}

/**
 * Every metric for each value of the slice features, with the sample size, for candidate and champion on the same rows.
 * A slice is judged when it has enough rows and there is a champion to compare with.
 */
export function sliceResults(
  scored: ScoredSet,
  slices: readonly SliceDefinition[],
  threshold: number,
): SliceResult[] {
  return slices.flatMap((slice) => {
    const value = scored.values(slice.feature);
    if (!value) return [];
    return [...groupRows(scored.labels.length, value, slice.edges)].map(([name, members]): SliceResult => {
      const part = picked(scored, members);
      const { labels, candidate, champion } = part;
      const gap = difference(part, slice.metric);
      return {
        set: scored.set,
        feature: slice.feature,
        value: name,
        rows: labels.length,
        positives: labels.reduce((sum, y) => sum + y, 0),
        candidate: prepareBinary(labels, candidate, threshold)(),
        champion: champion && prepareBinary(labels, champion, threshold)(),
        metric: slice.metric,
        difference: gap,
        tolerance: slice.tolerance,
        unjudged: whyUnjudged(slice, labels.length, gap),
      };
    });
  });
}

function whyUnjudged({ minRows }: SliceDefinition, rows: number, gap: Estimate | null): string | null {
  if (rows < minRows) return `${rows} rows, judged from ${minRows} on`;
  if (!gap) return 'there is no champion';
  if (gap.value === null) return gap.reason;
  return gap.low === null ? 'too few rows of a class for an interval' : null;
}
