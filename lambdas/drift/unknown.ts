import type { FeatureStatistics } from './feature-statistics.ts';

type Reasons = Readonly<Record<string, string>>;

const NO_VALUES = 'the baseline or the window has no values';

/** What of a feature is null, and why; what is not null is not in it. */
export function unknownOf(
  kind: 'numeric' | 'categorical',
  psi: number | null,
  { statistics, adjustedP }: { readonly statistics: FeatureStatistics; readonly adjustedP: number | null },
): Reasons {
  const { chiSquare, jensenShannon, kl } = statistics;
  return {
    ...(psi === null && { psi: NO_VALUES }),
    ...(adjustedP === null && {
      adjustedP: chiSquare.reason ?? 'the feature is not watched (drift.exclude)',
    }),
    ...(jensenShannon === null && { jensenShannon: NO_VALUES }),
    // Two histograms that have rows have a divergence, if only an infinite one.
    ...(kl === null && {
      kl: jensenShannon === null ? NO_VALUES : 'it is infinite: the window has what the baseline never had',
    }),
    ...(kind === 'categorical'
      ? {
          outOfRange: 'categories have no range',
          ks: 'categories have no order',
          wasserstein: 'categories have no order',
        }
      : {
          unseen: 'numbers have no vocabulary',
          ...(statistics.wasserstein === null && { wasserstein: NO_VALUES }),
        }),
  };
}

/** The same of the window as a whole. */
export const unknownOfWindow = (found: {
  readonly scorePsi: number | null;
  readonly centroidDistance: number | null;
  readonly maxPsi: number | null;
}): Reasons => ({
  ...(found.scorePsi === null && { scorePsi: 'the baseline or the window has no scores' }),
  ...(found.centroidDistance === null && { centroidDistance: NO_VALUES }),
  ...(found.maxPsi === null && { maxPsi: 'no feature that is watched has a PSI' }),
});
