import { bootstrap, type Interval, paired, type Statistic } from '../shared/statistics/bootstrap.ts';
import { type Estimate, unknown } from '../shared/statistics/estimate.ts';
import type { Assessment, AssessOptions, Estimates, Scored, SetAssessment } from './assess.ts';
import {
  averagePrecision,
  byQuery,
  ndcg,
  RANKING_METRICS,
  type RankedRow,
  type RankingMetric,
  rankingMetrics,
} from './metrics/ranking.ts';

/** Whom each row was for, and what was shown. */
export interface Ranked extends Scored {
  readonly queries: readonly string[];
  readonly items: readonly string[];
}

interface Measured {
  readonly values: Record<RankingMetric, number | null>;
  /** NDCG and MAP of each query, for resampling queries: rows of one query are not independent. */
  readonly statistic: Statistic;
  readonly queries: number;
}

function measure({ labels, queries, items }: Ranked, scores: Float64Array, k: number): Measured {
  const rows = Array.from(
    labels,
    (gain, i): RankedRow => ({
      query: queries[i]!,
      item: items[i]!,
      gain,
      score: scores[i]!,
    }),
  );
  const grouped = byQuery(rows);
  const each = {
    ndcg: grouped.map((q) => ndcg(q, k)),
    map: grouped.map((q) => averagePrecision(q, k)),
  };
  const mean = (values: readonly (number | null)[], weights: Uint16Array): number | null => {
    let [sum, n] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (v === null || v === undefined) continue;
      sum += weights[i]! * v;
      n += weights[i]!;
    }
    return n > 0 ? sum / n : null;
  };
  const statistic: Statistic = (w) => ({ ndcg: mean(each.ndcg, w), map: mean(each.map, w) });
  return { values: rankingMetrics(rows, k), statistic, queries: grouped.length };
}

const why = (metric: RankingMetric): string =>
  metric === 'coverage' || metric === 'longTailLift'
    ? 'there is no catalogue, or none of it is rare'
    : 'no query has a relevant row';

/** Ranking metrics by query entity; NDCG and MAP with paired bootstrap intervals over queries. */
export function assessRanking(ranked: Ranked, k: number, options: AssessOptions): SetAssessment {
  const { labels, candidate, champion } = ranked;
  const ours = measure(ranked, candidate, k);
  const theirs = champion && measure(ranked, champion, k);
  const statistic = theirs ? paired(ours.statistic, theirs.statistic) : ours.statistic;
  const intervals = bootstrap(ours.queries, statistic, options);
  const estimates = (of: (m: RankingMetric) => number | null, prefix: string): Estimates =>
    Object.fromEntries(
      RANKING_METRICS.map((m): [RankingMetric, Estimate] => {
        const value = of(m);
        const interval: Interval = intervals[`${prefix}${m}`] ?? { low: null, high: null };
        return [m, value === null ? unknown(why(m)) : { value, ...interval, reason: null }];
      }),
    );
  const assessment = (metrics: Estimates): Assessment => ({
    rows: labels.length,
    positives: labels.reduce((sum, y) => sum + y, 0),
    metrics,
  });
  const minus = (m: RankingMetric): number | null => {
    const [a, b] = [ours.values[m], theirs?.values[m] ?? null];
    return a === null || b === null ? null : a - b;
  };
  return {
    candidate: assessment(estimates((m) => ours.values[m], theirs ? 'a.' : '')),
    champion: theirs && assessment(estimates((m) => theirs.values[m], 'b.')),
    difference: theirs && estimates(minus, 'difference.'),
  };
}
