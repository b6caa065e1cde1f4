import type { EvaluationSet, QualityMetric, SliceDefinition } from '../../contracts/gates.ts';
import type { Estimate } from '../shared/statistics/estimate.ts';
import type { Scored } from './assess.ts';
import { groupRows, type Values } from './groups.ts';
import type { Measure, Part, SliceValues } from './slice-measures.ts';

/** What one value of a slice feature says of candidate and champion. */
export interface SliceResult {
  readonly set: EvaluationSet;
  readonly feature: string;
  readonly value: string;
  readonly rows: number;
  readonly positives: number;
  readonly candidate: SliceValues;
  readonly champion: SliceValues | null;
  /** Why a metric of the candidate is null, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
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

function picked(scored: Scored, members: Uint32Array): Part {
  const pick = (scores: Float64Array) => Float64Array.from(members, (i) => scores[i]!);
  return {
    members,
    labels: Uint8Array.from(members, (i) => scored.labels[i]!),
    candidate: pick(scored.candidate),
    champion: scored.champion && pick(scored.champion),
  };
}

/**
 * Every metric for each value of the slice features, with the sample size, for candidate and champion on the same rows.
 * A slice is judged when it has enough rows and there is a champion to compare with.
 */
export function sliceResults(
  scored: ScoredSet,
  slices: readonly SliceDefinition[],
  measure: Measure,
): SliceResult[] {
  return slices.flatMap((slice) => {
    const value = scored.values(slice.feature);
    if (!value) return [];
    return [...groupRows(scored.labels.length, value, slice.edges)].map(([name, members]): SliceResult => {
      const part = picked(scored, members);
      const { labels, champion } = part;
      const candidate = measure.values(part, part.candidate);
      const gap = measure.difference(part, slice.metric);
      const missing = (Object.keys(candidate) as QualityMetric[]).filter((m) => candidate[m] === null);
      return {
        set: scored.set,
        feature: slice.feature,
        value: name,
        rows: labels.length,
        positives: labels.reduce((sum, y) => sum + y, 0),
        candidate,
        champion: champion && measure.values(part, champion),
        unknown: Object.fromEntries(missing.map((m) => [m, measure.why(part, m)])),
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
