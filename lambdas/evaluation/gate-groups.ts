import { type FairnessDefinition, LESS_IS_BETTER } from '../../contracts/gates.ts';
import type { Estimate } from '../shared/statistics/estimate.ts';
import type { FairnessResult } from './fairness.ts';
import { type GateResult, intervalOf, ROUNDING, show, showEstimate } from './gate-result.ts';
import type { SliceResult } from './slices.ts';

/**
 * A slice regresses when it is worse than under the champion by more than its tolerance and its interval leaves no doubt
 * that it is worse at all. The burden of proof is the other way round than for the total: slices are many and small, and
 * asking each for proof of harmlessness would stop every candidate for what is noise.
 */
function sliceGate(slice: SliceResult): GateResult | null {
  const { difference, tolerance, metric, set, feature, value } = slice;
  if (slice.unjudged !== null || !difference || difference.value === null) return null;
  const less = LESS_IS_BETTER.has(metric);
  const worseBy = less ? difference.value : -difference.value;
  const surelyWorse = less ? (difference.low ?? -1) > 0 : (difference.high ?? 1) < 0;
  const passed = !(worseBy > tolerance + ROUNDING && surelyWorse);
  const [ours, theirs] = [slice.candidate[metric] ?? null, slice.champion?.[metric] ?? null];
  const values =
    ours === null || theirs === null ? '' : ` ${show(ours)} against the champion's ${show(theirs)}:`;
  return {
    gate: `${set}.slice.${feature}=${value}`,
    metric,
    passed,
    value: difference.value,
    interval: intervalOf(difference),
    threshold: less ? tolerance : -tolerance,
    detail:
      `${set} ${metric} where ${feature} is '${value}' (${slice.rows} rows) is${values} a difference of ` +
      `${showEstimate(difference)}, ${passed ? 'and' : 'but'} it must not be surely worse by more than ${show(tolerance)}`,
  };
}

/** One gate for each slice that can be judged. */
export const sliceGates = (slices: readonly SliceResult[]): GateResult[] =>
  slices.map(sliceGate).filter((g) => g !== null);

function fairnessGate(
  { set, attribute, groups }: FairnessResult,
  metric: 'disparateImpact' | 'parityDifference' | 'oddsDifference',
  estimate: Estimate,
  side: 'at least' | 'at most',
  bound: number,
): GateResult {
  const { value } = estimate;
  const passed =
    value !== null && (side === 'at least' ? value >= bound - ROUNDING : value <= bound + ROUNDING);
  const rates = groups
    .filter((g) => g.counted)
    .map((g) => `${g.group} ${g.selectionRate === null ? 'n/a' : show(g.selectionRate)}`)
    .join(', ');
  return {
    gate: `${set}.fairness.${attribute}.${metric}`,
    metric,
    passed,
    value,
    interval: intervalOf(estimate),
    threshold: bound,
    detail:
      `${set} ${metric} of ${attribute} is ${showEstimate(estimate)}, ${passed ? 'and' : 'but'} must be ${side} ` +
      `${show(bound)}${rates === '' ? '' : `; selection rates: ${rates}`}`,
  };
}

/**
 * Fairness is held at the value itself, as the four-fifths rule is written: it asks what the decisions do, not what could
 * be proven of them. What cannot be computed does not pass.
 */
export function fairnessGates(results: readonly FairnessResult[], limits: FairnessDefinition): GateResult[] {
  return results.flatMap((r) => [
    fairnessGate(r, 'disparateImpact', r.disparateImpact, 'at least', limits.minDisparateImpact),
    ...(limits.maxParityDifference === undefined
      ? []
      : [fairnessGate(r, 'parityDifference', r.parityDifference, 'at most', limits.maxParityDifference)]),
    ...(limits.maxOddsDifference === undefined
      ? []
      : [fairnessGate(r, 'oddsDifference', r.oddsDifference, 'at most', limits.maxOddsDifference)]),
  ]);
}
