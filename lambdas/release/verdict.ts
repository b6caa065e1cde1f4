import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { JudgeOutput } from '../../contracts/steps.ts';
import type { SlotSample } from './slot-metrics.ts';

export interface Evidence extends SlotSample {
  /** PSI between the champion's and the candidate's live scores; null when either has too few. */
  readonly scorePsi: number | null;
}
export type Policy = Pick<ModelDefinition, 'release' | 'alarms'>;

/**
 * The judge. Missing data holds, it never passes:
 * - too few predictions answered at this step: hold;
 * - but failures that would break the error rate even if every missing prediction succeeded roll back at once;
 * - enough of them: roll back above the thresholds of the definition (those of the alarms), else proceed.
 *
 * A crash counts as a prediction that failed: it was asked and emitted nothing itself.
 */
export function judgeStep(e: Evidence, { release, alarms }: Policy): JudgeOutput {
  const failures = e.errors + e.crashes;
  const samples = Math.max(e.predictions, e.errors) + e.crashes;
  const bad: string[] = [];
  const rate = failures / Math.max(samples, release.minSamples);
  if (rate > alarms.errorRate)
    bad.push(`${failures} of ${samples} failed: above the error rate of ${percent(alarms.errorRate)}`);
  const enough = samples >= release.minSamples;
  const p99 = worstP99(e.latency, release.minSamples);
  if (enough && p99 !== null && p99 > alarms.p99Ms)
    bad.push(`p99 latency ${p99.toFixed(0)} ms: above ${alarms.p99Ms} ms`);
  if (enough && e.scorePsi !== null && e.scorePsi > release.maxScorePsi)
    bad.push(`PSI ${e.scorePsi.toFixed(2)} of the scores to the champion's: above ${release.maxScorePsi}`);
  if (bad.length > 0) return { verdict: 'roll-back', reasons: bad, samples };
  const missing: string[] = [];
  if (!enough) missing.push(`${samples} of the ${release.minSamples} predictions that are needed`);
  else if (p99 === null) missing.push('no latency was measured');
  if (missing.length > 0) return { verdict: 'hold', reasons: missing, samples };
  return {
    verdict: 'proceed',
    reasons: [`${percent(failures / samples)} failed, p99 ${p99!.toFixed(0)} ms`],
    samples,
  };
}

/**
 * The worst p99 of the periods that hold at least half of the samples needed; of the fullest when none does. A p99 of
 * a handful of requests is their slowest, which is no evidence.
 */
export function worstP99(latency: SlotSample['latency'], minSamples: number): number | null {
  if (latency.length === 0) return null;
  const solid = latency.filter((l) => l.samples >= minSamples / 2);
  if (solid.length > 0) return Math.max(...solid.map((l) => l.p99));
  return latency.reduce((a, b) => (b.samples > a.samples ? b : a)).p99;
}

const percent = (rate: number): string => `${+(rate * 100).toFixed(2)} %`;
