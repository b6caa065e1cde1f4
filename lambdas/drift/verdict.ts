import type { Baseline, FeatureBaseline } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { psi } from '../shared/statistics/psi.ts';
import type { FeatureProfile, WindowProfile } from '../shared/statistics/window-profile.ts';
import {
  type FeatureStatistics,
  featureStatistics,
  type Histograms,
  histograms,
} from './feature-statistics.ts';
import { cosineDistance } from './statistics/centroid.ts';
import { benjaminiHochberg } from './statistics/false-discovery.ts';
import { unknownOf, unknownOfWindow } from './unknown.ts';

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
  readonly statistics: FeatureStatistics;
  /** p-value of the χ² test, adjusted for the number of features that are watched; null when there was no test. */
  readonly adjustedP: number | null;
  /** Why something is null, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
  /** Why it counts as drifted; empty when it does not. */
  readonly reasons: readonly string[];
}

export interface WindowVerdict {
  readonly features: Readonly<Record<string, FeatureVerdict>>;
  readonly scorePsi: number | null;
  /** Cosine distance of the mean one-hot rows (each feature's bins as dimensions): how far all features moved together. */
  readonly centroidDistance: number | null;
  readonly maxPsi: number | null;
  /** Why something is null, by its name. */
  readonly unknown: Readonly<Record<string, string>>;
  /** Highest null rate of any feature. */
  readonly nullRate: number;
  /** Names of drifted features, and `score` when the score has drifted. */
  readonly drifted: readonly string[];
}

type Limits = ModelDefinition['drift'];

/**
 * Compares a window with the champion's baseline, feature by feature, against the definition's thresholds. PSI drifts when
 * it is large and, at the definition's false discovery rate, not chance: the size says whether it matters, the test whether
 * it is there. Excluded features are reported and do not count.
 */
export function judgeWindow(baseline: Baseline, window: WindowProfile, limits: Limits): WindowVerdict {
  const names = Object.keys(window.features);
  const watched = names.filter((name) => !limits.exclude.includes(name));
  const bins = Object.fromEntries(
    names.map((name) => [name, histograms(baseline.features[name]!, window.features[name]!)]),
  );
  const statistics = Object.fromEntries(
    names.map((name) => [name, featureStatistics(baseline.features[name]!, bins[name]!)]),
  );
  const adjusted = benjaminiHochberg(watched.map((name) => statistics[name]!.chiSquare.p));
  const features: Record<string, FeatureVerdict> = {};
  for (const name of names) {
    const found: Found = {
      psi: psi(bins[name]!.expected, bins[name]!.actual),
      statistics: statistics[name]!,
      adjustedP: adjusted[watched.indexOf(name)] ?? null,
    };
    const sizes = { baselineRows: baseline.rows, rows: window.rows };
    features[name] = judgeFeature(baseline.features[name]!, window.features[name]!, found, sizes, limits);
  }
  const scorePsi = baseline.score && window.score ? psi(baseline.score.counts, window.score.counts) : null;
  const psis = watched.flatMap((name) => features[name]!.psi ?? []);
  const drifted = watched.filter((name) => features[name]!.reasons.length > 0);
  if (scorePsi !== null && scorePsi > limits.scorePsi) drifted.push('score');
  const whole = {
    scorePsi,
    centroidDistance: centroidDistance(watched.map((name) => bins[name]!)),
    maxPsi: psis.length > 0 ? Math.max(...psis) : null,
  };
  return {
    features,
    ...whole,
    unknown: unknownOfWindow(whole),
    nullRate: Math.max(0, ...Object.values(features).map((f) => f.nullRate)),
    drifted,
  };
}

type Found = Pick<FeatureVerdict, 'psi' | 'statistics' | 'adjustedP'>;

function judgeFeature(
  baseline: FeatureBaseline,
  profile: FeatureProfile,
  found: Found,
  sizes: { readonly baselineRows: number; readonly rows: number },
  limits: Limits,
): FeatureVerdict {
  const nullRate = share(profile.nulls, sizes.rows);
  const baselineNullRate = share(baseline.nulls, sizes.baselineRows);
  const known = sizes.rows - profile.nulls;
  const outOfRange = profile.kind === 'numeric' ? share(profile.outOfRange, known) : null;
  const unseen = profile.kind === 'categorical' ? share(profile.unseen, known) : null;
  const reasons: string[] = [];
  const chance = found.adjustedP !== null && found.adjustedP > limits.falseDiscoveryRate;
  if (found.psi !== null && found.psi > limits.psi && !chance)
    reasons.push(`PSI ${found.psi.toFixed(3)} > ${limits.psi}`);
  if (nullRate - baselineNullRate > limits.nullRateRise)
    reasons.push(`null rate rose from ${baselineNullRate.toFixed(3)} to ${nullRate.toFixed(3)}`);
  if (outOfRange !== null && outOfRange > limits.outOfRange)
    reasons.push(`${outOfRange.toFixed(3)} of the values are out of the baseline's range`);
  const unknown = unknownOf(profile.kind, found.psi, found);
  return { ...found, nullRate, baselineNullRate, outOfRange, unseen, unknown, reasons };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function centroidDistance(bins: readonly Histograms[]): number | null {
  const shares = (counts: readonly number[]) => {
    const total = counts.reduce((sum, c) => sum + c, 0);
    return counts.map((c) => share(c, total));
  };
  return cosineDistance(
    bins.flatMap((b) => shares(b.expected)),
    bins.flatMap((b) => shares(b.actual)),
  );
}
