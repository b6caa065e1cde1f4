import type { Baseline } from '../../contracts/dataset.ts';
import { categoricalPsi, psi } from '../shared/statistics/psi.ts';
import type { WindowProfile } from '../shared/statistics/window-profile.ts';

/** How far the golden set, on which versions are compared, is from what the champion sees now. */
export interface GoldenStaleness {
  readonly goldenVersion: string;
  /** PSI by feature, those that are not watched left out. */
  readonly psi: Readonly<Record<string, number>>;
  readonly maxPsi: number;
  /** Features whose PSI is above the limit; empty while the golden set still speaks for live traffic. */
  readonly stale: readonly string[];
}

/**
 * Compares a window with the golden set that the champion was evaluated on, in the bins of its baseline.
 * @returns null for a champion whose baseline does not hold the golden set's profile
 */
export function goldenStaleness(
  { golden }: Baseline,
  window: WindowProfile,
  limit: number,
  exclude: readonly string[],
): GoldenStaleness | null {
  if (!golden) return null;
  const found: Record<string, number> = {};
  for (const [name, profile] of Object.entries(window.features)) {
    const then = golden.features[name];
    if (!then || exclude.includes(name)) continue;
    const value =
      then.kind === 'numeric' && profile.kind === 'numeric'
        ? psi(then.counts, profile.counts)
        : then.kind === 'categorical' && profile.kind === 'categorical'
          ? categoricalPsi(then, profile)
          : null;
    if (value !== null) found[name] = value;
  }
  return {
    goldenVersion: golden.version,
    psi: found,
    maxPsi: Math.max(0, ...Object.values(found)),
    stale: Object.keys(found).filter((name) => found[name]! > limit),
  };
}
