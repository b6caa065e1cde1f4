import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { Pointers, VersionItem } from '../../contracts/registry.ts';

const DAY = 86_400_000;

/** A version whose time is over, and why. */
export interface Due {
  readonly version: VersionItem;
  readonly reason: string;
}

/** Every version that anything of the pointers names: whoever serves, comes, or can come back. */
export function pointedAt(p: Pointers): ReadonlySet<number> {
  const { champion, candidate, previous, slots, release } = p;
  const named = [
    champion,
    candidate,
    previous,
    slots.blue?.version,
    slots.green?.version,
    release?.version,
    release?.displaced?.version,
  ];
  return new Set(named.filter((n) => n !== null && n !== undefined));
}

/**
 * Versions to archive: those that were registered and not released for `unreleasedDays`, and former champions that have
 * been followed for `warmDays`. What failed stays as it is, for whoever asks why; what the pointers name is never due.
 */
export function dueVersions(
  versions: readonly VersionItem[],
  pointers: Pointers,
  policy: Pick<ModelDefinition['retention'], 'unreleasedDays' | 'warmDays'>,
  now: Date,
): Due[] {
  const needed = pointedAt(pointers);
  return versions.flatMap((version) => {
    const days = daysOf(version.status, policy);
    const since = Date.parse(version.statusSince ?? version.registeredAt);
    if (days === null || needed.has(version.version) || now.getTime() - since < days * DAY) return [];
    const what = version.status === 'registered' ? 'registered and never released' : 'no longer champion';
    return [{ version, reason: `${what} for ${days} days` }];
  });
}

function daysOf(
  status: VersionItem['status'],
  policy: Pick<ModelDefinition['retention'], 'unreleasedDays' | 'warmDays'>,
): number | null {
  if (status === 'registered') return policy.unreleasedDays;
  return status === 'previous' ? policy.warmDays : null;
}
