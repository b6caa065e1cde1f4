import {
  type EvaluationSet,
  type GatesDefinition,
  LESS_IS_BETTER,
  type QualityMetric,
} from '../../contracts/gates.ts';
import { type Estimate, unknown } from '../shared/statistics/estimate.ts';
import type { Estimates, SetAssessment } from './assess.ts';
import { type GateResult, intervalOf, ROUNDING, show, showEstimate } from './gate-result.ts';

const WORDS: Partial<Record<QualityMetric, string>> = {
  auc: 'AUC',
  prAuc: 'PR AUC',
  logLoss: 'log loss',
  ndcg: 'NDCG',
};
const word = (metric: QualityMetric): string => WORDS[metric] ?? metric;
const of = (estimates: Estimates, metric: QualityMetric): Estimate =>
  estimates[metric] ?? unknown('it is a metric of another kind of model');

/** Fewest rows of a set. */
export function rowsGate(set: EvaluationSet, rows: number, minRows: number): GateResult {
  const passed = rows >= minRows;
  const detail = `${set} rows is ${rows}, ${passed ? 'and' : 'but'} must be at least ${minRows}`;
  return {
    gate: `${set}.rows.minimum`,
    metric: 'rows',
    passed,
    value: rows,
    interval: null,
    threshold: minRows,
    detail,
  };
}

/**
 * An absolute bound: the whole interval must lie on its good side, so that a few lucky rows do not carry a bad model over
 * it. A value without an interval (too few rows for one) is not known well enough, and fails.
 */
export function boundGate(
  set: EvaluationSet,
  metric: QualityMetric,
  estimate: Estimate,
  side: 'minimum' | 'maximum',
  bound: number,
): GateResult {
  const end = side === 'minimum' ? estimate.low : estimate.high;
  const passed = end !== null && (side === 'minimum' ? end >= bound - ROUNDING : end <= bound + ROUNDING);
  const limit = `${side === 'minimum' ? 'at least' : 'at most'} ${show(bound)}`;
  return {
    gate: `${set}.${metric}.${side}`,
    metric,
    passed,
    value: estimate.value,
    interval: intervalOf(estimate),
    threshold: bound,
    detail: `${set} ${word(metric)} is ${showEstimate(estimate)}, ${passed ? 'and' : 'but'} its interval must be ${limit}`,
  };
}

/** Minimum AUC and the definition's further bounds, on one set. */
export function boundGates(
  set: EvaluationSet,
  { candidate }: SetAssessment,
  gates: GatesDefinition,
): GateResult[] {
  const { auc } = candidate.metrics;
  const results = auc ? [boundGate(set, 'auc', auc, 'minimum', gates.minAuc)] : [];
  for (const [metric, { min, max }] of Object.entries(gates.floors) as [
    QualityMetric,
    { min?: number; max?: number },
  ][]) {
    const estimate = of(candidate.metrics, metric);
    if (min !== undefined) results.push(boundGate(set, metric, estimate, 'minimum', min));
    if (max !== undefined) results.push(boundGate(set, metric, estimate, 'maximum', max));
  }
  return results;
}

/**
 * Candidate against champion on the same rows. `margin` is how much better the candidate must be at least; a negative one
 * is how much worse it may be at most. Decided on the interval of the difference: the end that is worse must still keep
 * the margin (a test of superiority, or of non-inferiority, at 2.5 %), so luck passes neither way, and a set too small to
 * tell does not pass.
 *
 * A metric that the champion lacks on these rows says nothing of either and passes if the candidate has it: other gates
 * judge. One that only the candidate lacks fails.
 */
export function comparisonGate(
  gate: string,
  set: EvaluationSet,
  metric: QualityMetric,
  { candidate, champion, difference }: SetAssessment,
  margin: number,
): GateResult {
  const ours = of(candidate.metrics, metric);
  const theirs = of(champion!.metrics, metric);
  const what = `${set} ${word(metric)}`;
  if (theirs.value === null) {
    const detail = `${what}: the champion's is not defined on these rows, so there is nothing to compare with`;
    return {
      gate,
      metric,
      passed: ours.value !== null,
      value: null,
      interval: null,
      threshold: null,
      detail,
    };
  }
  const gap = of(difference!, metric);
  const less = LESS_IS_BETTER.has(metric);
  const threshold = less ? -margin : margin;
  const end = less ? gap.high : gap.low;
  const passed = end !== null && (less ? end <= threshold + ROUNDING : end >= threshold - ROUNDING);
  const limit = `${less ? 'at most' : 'at least'} ${show(threshold)}`;
  const said = ours.value === null ? `not defined (${ours.reason})` : show(ours.value);
  const interval = intervalOf(gap);
  const apart =
    gap.value === null
      ? ''
      : `: a difference of ${show(gap.value)}, ${interval ? `with 95 % confidence ${show(interval.low)} to ${show(interval.high)}` : 'of which too few rows tell how sure it is'}`;
  return {
    gate,
    metric,
    passed,
    value: gap.value,
    interval,
    threshold,
    detail: `${what} is ${said} against the champion's ${show(theirs.value)}${apart}, ${passed ? 'and' : 'but'} the interval must be ${limit}`,
  };
}

/** Not worse than the champion by more than the tolerances, and better where the definition asks for it. */
export function comparisonGates(set: EvaluationSet, of: SetAssessment, gates: GatesDefinition): GateResult[] {
  if (!of.champion) return [];
  const tolerances = new Map<QualityMetric, number>([
    ['auc', gates.aucTolerance],
    ['logLoss', gates.logLossTolerance],
    ['ndcg', gates.ndcgTolerance],
    ...(Object.entries(gates.notWorseBy) as [QualityMetric, number][]),
  ]);
  const asked = (metric: QualityMetric) => metric in gates.notWorseBy || of.candidate.metrics[metric];
  const better = Object.entries(gates.betterBy) as [QualityMetric, number][];
  return [
    ...[...tolerances]
      .filter(([metric]) => asked(metric))
      .map(([metric, t]) => comparisonGate(`${set}.${metric}.champion`, set, metric, of, -t)),
    ...better.map(([metric, d]) => comparisonGate(`${set}.${metric}.better`, set, metric, of, d)),
  ];
}
