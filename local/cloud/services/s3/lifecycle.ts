import type { Bucket } from './bucket.ts';
import type { Version } from './store.ts';

const DAY = 86_400_000;

/** A rule as far as it is executed: transitions change only the price, and are left out. */
export interface LifecycleRule {
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly minSize: number;
  readonly maxSize: number;
  readonly expirationDays: number | undefined;
  readonly expiredObjectDeleteMarker: boolean;
  readonly noncurrentDays: number | undefined;
  readonly newerNoncurrentVersions: number;
  readonly abortUploadDays: number | undefined;
}

/** S3 rounds an object's age up to the next midnight UTC: day n ends at the midnight after n full days. */
export const expiresAt = (from: number, days: number): number => Math.ceil((from + days * DAY) / DAY) * DAY;

function applies(rule: LifecycleRule, version: Version): boolean {
  if (!version.key.startsWith(rule.prefix)) return false;
  if (version.deleteMarker) return true;
  if (version.size < rule.minSize || version.size > rule.maxSize) return false;
  return Object.entries(rule.tags).every(([k, v]) => version.tags[k] === v);
}

/** Deletes of `bucket` what its rules say is over at `now` (epoch ms). Returns how many versions and uploads went. */
export function expire(bucket: Bucket, now: number): number {
  let gone = 0;
  for (const rule of bucket.lifecycle) {
    for (const key of [...bucket.store.keys()]) gone += expireKey(bucket, rule, key, now);
    if (rule.abortUploadDays === undefined) continue;
    for (const upload of [...bucket.uploads.values()]) {
      if (!upload.key.startsWith(rule.prefix) || expiresAt(upload.since, rule.abortUploadDays) > now)
        continue;
      bucket.uploads.delete(upload.id);
      gone++;
    }
  }
  return gone;
}

function expireKey(bucket: Bucket, rule: LifecycleRule, key: string, now: number): number {
  const { store } = bucket;
  let gone = 0;
  const [latest, ...noncurrent] = store.versions(key);
  if (rule.noncurrentDays !== undefined) {
    // A version is noncurrent since its successor was made; the newest few may be kept.
    let successor = latest!;
    for (const [i, version] of noncurrent.entries()) {
      const old = expiresAt(successor.modified, rule.noncurrentDays) <= now;
      if (old && i >= rule.newerNoncurrentVersions && applies(rule, version)) {
        store.deleteVersion(key, version.versionId);
        gone++;
      }
      successor = version;
    }
  }
  const current = store.latest(key);
  if (!current || !applies(rule, current)) return gone;
  if (current.deleteMarker) {
    if (rule.expiredObjectDeleteMarker && store.versions(key).length === 1) {
      store.deleteVersion(key, current.versionId);
      gone++;
    }
  } else if (rule.expirationDays !== undefined && expiresAt(current.modified, rule.expirationDays) <= now) {
    store.delete(key);
    gone++;
  }
  return gone;
}
