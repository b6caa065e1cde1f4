import type { Pointers, VersionItem } from '../../contracts/registry.ts';
import { CoalmineError } from '../shared/errors.ts';

/**
 * The version to release. `latest` is the newest registered one, if it is newer than the champion. A number may also
 * be the champion's (new code, same model) or the previous one's.
 * @param versions newest first
 * @throws CoalmineError NothingToRelease, VersionNotFound, VersionNotReleasable
 */
export function chooseVersion(
  wanted: number | 'latest',
  pointers: Pointers,
  versions: readonly VersionItem[],
): VersionItem {
  if (wanted === 'latest') {
    const newest = versions.find((v) => v.status === 'registered');
    if (newest && newest.version > (pointers.champion ?? 0)) return newest;
    throw new CoalmineError(
      'NothingToRelease',
      `no registered version of ${pointers.model} is newer than the champion (${pointers.champion ?? 'none'})`,
    );
  }
  const item = versions.find((v) => v.version === wanted);
  if (!item)
    throw new CoalmineError('VersionNotFound', `version ${wanted} of ${pointers.model} is not registered`);
  if (item.status === 'rejected' || item.status === 'rolled-back' || item.status === 'archived')
    throw new CoalmineError(
      'VersionNotReleasable',
      `version ${wanted} of ${pointers.model} is ${item.status}${item.failedAt ? ` (failed at ${item.failedAt})` : ''}: train a new one`,
    );
  return item;
}
