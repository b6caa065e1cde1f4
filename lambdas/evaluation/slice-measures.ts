import type { QualityMetric, SliceDefinition } from '../../contracts/gates.ts';
import { aucDifference } from '../shared/statistics/delong.ts';
import { type Estimate, unknown, Z95 } from '../shared/statistics/estimate.ts';
import type { Scored } from './assess.ts';
import { BINARY_NAMES, prepareBinary, rowLosses, whyUndefined } from './metrics/binary.ts';
import { ndcg, RANKING_METRICS, rankedQueries, rankingMetrics, whyNotRanked } from './metrics/ranking.ts';

export type SliceValues = Readonly<Partial<Record<QualityMetric, number | null>>>;

/** Some rows of a set: their numbers in it, labels and scores. */
export interface Part extends Scored {
  readonly members: Uint32Array;
}

/** How a slice is measured; it depends on the kind of model. */
export interface Measure {
  values(part: Part, scores: Float64Array): SliceValues;
  /** Why a value is null. */
  why(part: Part, metric: QualityMetric): string;
  /** Candidate minus champion; null without a champion. */
  difference(part: Part, metric: SliceDefinition['metric']): Estimate | null;
}

/** Mean of paired differences with its interval by the central limit theorem. */
function meanDifference(ours: ArrayLike<number>, theirs: ArrayLike<number>, what: string): Estimate {
  const n = ours.length;
  if (n === 0) return unknown(`there are no ${what}`);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ours[i]! - theirs[i]!;
  const value = sum / n;
  if (n < 2) return { value, low: null, high: null, reason: null };
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (ours[i]! - theirs[i]! - value) ** 2;
  const half = Z95 * Math.sqrt(squares / (n - 1) / n);
  return { value, low: value - half, high: value + half, reason: null };
}

/** Slices of a binary model. @param threshold score from which a row is predicted positive */
export const binaryMeasure = (threshold: number): Measure => ({
  values: ({ labels }, scores) => prepareBinary(labels, scores, threshold)(),
  why: ({ labels }, metric) =>
    whyUndefined(
      BINARY_NAMES.find((name) => name === metric)!,
      labels.length,
      labels.reduce((sum, y) => sum + y, 0),
    ),
  difference({ labels, candidate, champion }, metric) {
    if (!champion) return null;
    if (metric === 'ndcg') return unknown('it is a metric of ranking models');
    if (metric !== 'auc')
      return meanDifference(
        rowLosses(labels, candidate, metric),
        rowLosses(labels, champion, metric),
        'rows',
      );
    const { value, low, high, reason } = aucDifference(labels, candidate, champion);
    return { value, low, high, reason };
  },
});

/**
 * Slices of a ranking model: each query is ranked among its own rows in the slice.
 * @param items null where the definition does not name them
 */
export const rankingMeasure = (
  queries: readonly string[],
  items: readonly string[] | null,
  k: number,
): Measure => {
  const ranked = ({ members, labels }: Part, scores: Float64Array) =>
    rankedQueries(
      {
        labels,
        queries: Array.from(members, (i) => queries[i]!),
        items: items && Array.from(members, (i) => items[i]!),
      },
      scores,
    );
  return {
    values: (part, scores) => rankingMetrics(ranked(part, scores), k, items !== null),
    why: (_part, metric) => whyNotRanked(RANKING_METRICS.find((name) => name === metric)!, items !== null),
    difference(part, metric) {
      const { candidate, champion } = part;
      if (!champion) return null;
      if (metric !== 'ndcg') return unknown('it is a metric of binary models');
      const each = (scores: Float64Array) =>
        ranked(part, scores)
          .map((query) => ndcg(query, k))
          .filter((v) => v !== null);
      return meanDifference(each(candidate), each(champion), 'queries with a relevant row');
    },
  };
};
