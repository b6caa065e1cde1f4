import { rocAuc } from '../shared/statistics/auc.ts';
import { bootstrap, type Interval, paired } from '../shared/statistics/bootstrap.ts';
import { aucDifference } from '../shared/statistics/delong.ts';
import { type Estimate, unknown } from '../shared/statistics/estimate.ts';
import {
  BINARY_NAMES,
  type BinaryMetric,
  type BinaryValues,
  prepareBinary,
  whyUndefined,
} from './metrics/binary.ts';
import type { RankingMetric } from './metrics/ranking.ts';

/** Estimates by name of the metric; a metric of another kind of model is not in it. */
export type Estimates = Readonly<Partial<Record<BinaryMetric | RankingMetric, Estimate>>>;

/** How well one version's scores match the labels of one set of rows. */
export interface Assessment {
  readonly rows: number;
  readonly positives: number;
  readonly metrics: Estimates;
}

/** What one set of rows says of the candidate, of the champion if there is one, and of the two together. */
export interface SetAssessment {
  readonly candidate: Assessment;
  readonly champion: Assessment | null;
  /** Candidate minus champion on the same rows; null without a champion. */
  readonly difference: Estimates | null;
}

/** The sets that are assessed. */
export interface Assessments {
  readonly golden: SetAssessment;
  readonly validation: SetAssessment;
}

export interface AssessOptions {
  /** Score from which a row is predicted positive. */
  readonly threshold: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Labels (0 or 1) and the probabilities that two models gave the same rows. */
export interface Scored {
  readonly labels: Uint8Array;
  readonly candidate: Float64Array;
  readonly champion: Float64Array | null;
}

const NO_INTERVAL: Interval = { low: null, high: null };
const count = (labels: Uint8Array): number => labels.reduce((sum, y) => sum + y, 0);

/**
 * Measures candidate and champion on the same rows: point estimates, and 95 % intervals of each and of their difference.
 * The AUC's intervals are DeLong's, all others are of the paired bootstrap. Whoever compares two models looks at the
 * interval of the difference: two intervals side by side forget that both models saw the same rows.
 */
export function assess(scored: Scored, options: AssessOptions): SetAssessment {
  const { labels, candidate, champion } = scored;
  const ours = prepareBinary(labels, candidate, options.threshold);
  const theirs = champion && prepareBinary(labels, champion, options.threshold);
  const intervals = bootstrap(labels.length, theirs ? paired(ours, theirs) : ours, options);
  const interval = (name: string): Interval => intervals[name] ?? NO_INTERVAL;
  const ourPrefix = theirs ? 'a.' : '';
  return {
    candidate: assessment(labels, candidate, ours(), (m) => interval(`${ourPrefix}${m}`)),
    champion: champion && theirs && assessment(labels, champion, theirs(), (m) => interval(`b.${m}`)),
    difference:
      champion && theirs && differences(scored, ours(), theirs(), (m) => interval(`difference.${m}`)),
  };
}

function assessment(
  labels: Uint8Array,
  scores: Float64Array,
  values: BinaryValues,
  interval: (metric: BinaryMetric) => Interval,
): Assessment {
  const [rows, positives] = [labels.length, count(labels)];
  const metrics = byName((m) => {
    const value = values[m];
    return value === null
      ? unknown(whyUndefined(m, rows, positives))
      : { value, ...interval(m), reason: null };
  });
  return { rows, positives, metrics: { ...metrics, auc: rocAuc(labels, scores) } };
}

function differences(
  { labels, candidate, champion }: Scored,
  ours: BinaryValues,
  theirs: BinaryValues,
  interval: (metric: BinaryMetric) => Interval,
): Estimates {
  const [rows, positives] = [labels.length, count(labels)];
  const metrics = byName((m) => {
    const [a, b] = [ours[m], theirs[m]];
    return a === null || b === null
      ? unknown(`of the ${a === null ? 'candidate' : 'champion'} ${whyUndefined(m, rows, positives)}`)
      : { value: a - b, ...interval(m), reason: null };
  });
  const { value, low, high, reason } = aucDifference(labels, candidate, champion!);
  return { ...metrics, auc: { value, low, high, reason } };
}

const byName = (of: (metric: BinaryMetric) => Estimate): Record<BinaryMetric, Estimate> =>
  Object.fromEntries(BINARY_NAMES.map((m) => [m, of(m)])) as Record<BinaryMetric, Estimate>;
