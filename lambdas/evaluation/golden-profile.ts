import type { Baseline, GoldenProfile } from '../../contracts/dataset.ts';
import { WindowProfile } from '../shared/statistics/window-profile.ts';
import type { GoldenSet } from './tables.ts';

/** Profile of a golden set in the bins of a baseline, sealed with the version so that drift checks need not read the set. */
export function goldenProfile(version: string, { rows }: GoldenSet, baseline: Baseline): GoldenProfile {
  const profile = new WindowProfile(baseline);
  for (const row of rows) profile.add(row, 0);
  return {
    version,
    features: Object.fromEntries(
      Object.entries(profile.features).map(([name, f]) => [
        name,
        f.kind === 'numeric'
          ? { kind: f.kind, counts: f.counts }
          : { kind: f.kind, counts: Object.fromEntries(f.counts), unseen: f.unseen },
      ]),
    ),
  };
}
