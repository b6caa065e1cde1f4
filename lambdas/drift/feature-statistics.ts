import type { FeatureBaseline, NumericBaseline } from '../../contracts/dataset.ts';
import { categoricalBins } from '../shared/statistics/psi.ts';
import type { FeatureProfile } from '../shared/statistics/window-profile.ts';
import { chiSquareTest } from './statistics/chi-square.ts';
import { jensenShannon, klDivergence } from './statistics/divergence.ts';
import { binnedKs, type TestResult } from './statistics/ks.ts';
import { binnedWasserstein } from './statistics/wasserstein.ts';

/** What beside PSI is said of one feature, all on the bins of its baseline. */
export interface FeatureStatistics {
  /** Lower bound of the statistic of the values; null for categories, which have no order. */
  readonly ks: TestResult | null;
  readonly chiSquare: TestResult;
  /** 0 to 1. */
  readonly jensenShannon: number | null;
  /** Of the window from the baseline, nats; null also where it is infinite (a value that the baseline never had). */
  readonly kl: number | null;
  /** In the feature's own unit; null for categories. */
  readonly wasserstein: number | null;
}

export interface Histograms {
  readonly expected: readonly number[];
  readonly actual: readonly number[];
}

/** Both histograms over the same bins. */
export function histograms(baseline: FeatureBaseline, profile: FeatureProfile): Histograms {
  if (baseline.kind === 'numeric' && profile.kind === 'numeric')
    return { expected: baseline.counts, actual: profile.counts };
  if (baseline.kind === 'categorical' && profile.kind === 'categorical')
    return categoricalBins(baseline, profile);
  throw new TypeError(`a ${baseline.kind} baseline cannot be compared with a ${profile.kind} profile`);
}

/** Where each bin's rows are taken to lie: its middle, the outer bins ending at the baseline's extremes. */
function positions({ edges, min, max }: NumericBaseline): number[] {
  if (edges.length === 0) return [0];
  const low = Math.min(min ?? edges[0]!, edges[0]!);
  const high = Math.max(max ?? edges.at(-1)!, edges.at(-1)!);
  const bounds = [low, ...edges, high];
  return bounds.slice(1).map((b, i) => (b + bounds[i]!) / 2);
}

export function featureStatistics(
  baseline: FeatureBaseline,
  { expected, actual }: Histograms,
): FeatureStatistics {
  const numeric = baseline.kind === 'numeric';
  const kl = klDivergence(actual, expected);
  return {
    ks: numeric ? binnedKs(expected, actual) : null,
    chiSquare: chiSquareTest(expected, actual),
    jensenShannon: jensenShannon(expected, actual),
    kl: kl !== null && Number.isFinite(kl) ? kl : null,
    wasserstein: numeric ? binnedWasserstein(expected, actual, positions(baseline)) : null,
  };
}
