import { bootstrap, type Interval, paired, type Statistic } from '../shared/statistics/bootstrap.ts';
import { type Estimate, unknown } from '../shared/statistics/estimate.ts';
import type { Assessment, AssessOptions, Estimates, Scored, SetAssessment } from './assess.ts';
import {
  averagePrecision,
  longTail,
  longTailLift,
  ndcg,
  RANKING_METRICS,
  type RankingMetric,
  rankedQueries,
  rankingMetrics,
  tailCounts,
  whyNotRanked,
} from './metrics/ranking.ts';

/** Whom each row was for, and what was shown. */
export interface Ranked extends Scored {
  readonly queries: readonly string[];
  /** Null where the definition does not say which feature names the item. */
  readonly items: readonly string[] | null;
}

interface Measured {
  readonly values: Record<RankingMetric, number | null>;
  /** Of resampled queries: rows of one query are not independent. */
  readonly statistic: Statistic;
  readonly queries: number;
}

function weightedMean(values: readonly (number | null)[], weights: Uint16Array): number | null {
  let [sum, n] = [0, 0];
  values.forEach((v, i) => {
    if (v === null) return;
    sum += weights[i]! * v;
    n += weights[i]!;
  });
  return n > 0 ? sum / n : null;
}

function measure(ranked: Ranked, scores: Float64Array, k: number): Measured {
  const queries = rankedQueries(ranked, scores);
  const known = ranked.items !== null;
  const tail = longTail(queries);
  const each = {
    ndcg: queries.map((q) => ndcg(q, k)),
    map: queries.map((q) => averagePrecision(q, k)),
    tail: queries.map((q) => tailCounts(q, tail, k)),
  };
  const statistic: Statistic = (w) => ({
    ndcg: weightedMean(each.ndcg, w),
    map: weightedMean(each.map, w),
    longTailLift: known ? longTailLift(each.tail, w) : null,
  });
  return { values: rankingMetrics(queries, k, known), statistic, queries: queries.length };
}

/**
 * Ranking metrics by query entity, with paired bootstrap intervals over queries. Coverage is counted on the set and not
 * estimated from it (a resample of queries shows fewer items by having fewer queries), so its interval is the count itself.
 */
export function assessRanking(ranked: Ranked, k: number, options: AssessOptions): SetAssessment {
  const { labels, candidate, champion } = ranked;
  const ours = measure(ranked, candidate, k);
  const theirs = champion && measure(ranked, champion, k);
  const statistic = theirs ? paired(ours.statistic, theirs.statistic) : ours.statistic;
  const intervals = bootstrap(ours.queries, statistic, options);
  const estimate = (m: RankingMetric, value: number | null, prefix: string): Estimate => {
    if (value === null) return unknown(whyNotRanked(m, ranked.items !== null));
    const none: Interval = { low: null, high: null };
    const interval = m === 'coverage' ? { low: value, high: value } : (intervals[`${prefix}${m}`] ?? none);
    return { value, ...interval, reason: null };
  };
  const estimates = (of: (m: RankingMetric) => number | null, prefix: string): Estimates =>
    Object.fromEntries(RANKING_METRICS.map((m) => [m, estimate(m, of(m), prefix)]));
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
