import type { Baseline, FeatureBaseline, NumericBaseline } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { categoricalPsi, psi } from '../shared/statistics/psi.ts';
import type { FeatureProfile, NumericProfile, WindowProfile } from './profile.ts';

/** What the check found of one feature. Rates are shares, 0 to 1. */
export interface FeatureVerdict {
  /** Null when the baseline or the window has no values that are not missing. */
  readonly psi: number | null;
  readonly nullRate: number;
  readonly baselineNullRate: number;
  /** Share of values out of the baseline's range; null for categories. */
  readonly outOfRange: number | null;
  /** Share of values that the vocabulary does not hold; null for numbers. */
  readonly unseen: number | null;
  /** Why it counts as drifted; empty when it does not. */
  readonly reasons: readonly string[];
}

export interface WindowVerdict {
  readonly features: Readonly<Record<string, FeatureVerdict>>;
  readonly scorePsi: number | null;
  readonly maxPsi: number | null;
  /** Highest null rate of any feature. */
  readonly nullRate: number;
  /** Names of drifted features, and `score` when the score has drifted. */
  readonly drifted: readonly string[];
}

type Limits = ModelDefinition['drift'];

/** Compares a window with the champion's baseline, feature by feature, against the definition's thresholds. */
export function judgeWindow(baseline: Baseline, window: WindowProfile, limits: Limits): WindowVerdict {
  const features: Record<string, FeatureVerdict> = {};
  for (const [name, profile] of Object.entries(window.features))
    features[name] = judgeFeature(baseline.features[name]!, profile, baseline.rows, window.rows, limits);
  const scorePsi = baseline.score && window.score ? psi(baseline.score.counts, window.score.counts) : null;
  // Excluded features are reported and do not count.
  const watched = Object.keys(features).filter((name) => !limits.exclude.includes(name));
  const psis = watched.flatMap((name) => features[name]!.psi ?? []);
  const drifted = watched.filter((name) => features[name]!.reasons.length > 0);
  if (scorePsi !== null && scorePsi > limits.scorePsi) drifted.push('score');
  return {
    features,
    scorePsi,
    maxPsi: psis.length > 0 ? Math.max(...psis) : null,
    nullRate: Math.max(0, ...Object.values(features).map((f) => f.nullRate)),
    drifted,
  };
}

function judgeFeature(
  baseline: FeatureBaseline,
  profile: FeatureProfile,
  baselineRows: number,
  rows: number,
  limits: Limits,
): FeatureVerdict {
  const nullRate = share(profile.nulls, rows);
  const baselineNullRate = share(baseline.nulls, baselineRows);
  const known = rows - profile.nulls;
  const value = featurePsi(baseline, profile);
  const outOfRange = profile.kind === 'numeric' ? share(profile.outOfRange, known) : null;
  const unseen = profile.kind === 'categorical' ? share(profile.unseen, known) : null;
  const reasons: string[] = [];
  if (value !== null && value > limits.psi) reasons.push(`PSI ${value.toFixed(3)} > ${limits.psi}`);
  if (nullRate - baselineNullRate > limits.nullRateRise)
    reasons.push(`null rate rose from ${baselineNullRate.toFixed(3)} to ${nullRate.toFixed(3)}`);
  if (outOfRange !== null && outOfRange > limits.outOfRange)
    reasons.push(`${outOfRange.toFixed(3)} of the values are out of the baseline's range`);
  return { psi: value, nullRate, baselineNullRate, outOfRange, unseen, reasons };
}

function featurePsi(baseline: FeatureBaseline, profile: FeatureProfile): number | null {
  if (baseline.kind === 'numeric' && profile.kind === 'numeric') return numericPsi(baseline, profile);
  return baseline.kind === 'categorical' && profile.kind === 'categorical'
    ? categoricalPsi(baseline, profile)
    : null;
}

const numericPsi = (b: NumericBaseline, p: NumericProfile) => psi(b.counts, p.counts);
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
