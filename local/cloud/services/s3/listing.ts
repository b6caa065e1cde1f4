import type { Operation, Shape } from '../../types.ts';
import { listAccess } from './access.ts';
import type { Bucket, Buckets } from './bucket.ts';
import type { Version } from './store.ts';

/** S3 lists 1000 keys at most per answer. */
const MAX_KEYS = 1000;

/** First index of `keys` (sorted) that is not below `from`. */
export function lowerBound(keys: readonly string[], from: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Page<T> {
  readonly items: T[];
  readonly prefixes: string[];
  /** Last key or prefix given out, when there is more. */
  readonly last: string | undefined;
}

/**
 * One page of a listing: keys under `prefix` after `after`, folded at the first `delimiter` behind the prefix.
 * `items(key)` are what a key contributes (none for one that is deleted). A folded prefix counts as one.
 */
export function page<T>(
  keys: readonly string[],
  items: (key: string) => readonly T[],
  query: { prefix: string; delimiter: string | undefined; after: string | undefined; max: number },
): Page<T> {
  const { prefix, delimiter, after, max } = query;
  const out: Page<T> = { items: [], prefixes: [], last: undefined };
  let last: string | undefined;
  let count = 0;
  for (
    let i = lowerBound(keys, after !== undefined && after > prefix ? after : prefix);
    i < keys.length;
    i++
  ) {
    const key = keys[i]!;
    if (!key.startsWith(prefix)) break;
    if (
      after !== undefined &&
      (key <= after || (delimiter && after.endsWith(delimiter) && key.startsWith(after)))
    ) {
      continue;
    }
    const found = items(key);
    if (found.length === 0) continue;
    const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const folded = cut < 0 ? undefined : key.slice(0, cut + delimiter!.length);
    if (folded !== undefined && out.prefixes.at(-1) === folded) continue;
    if (count >= max) return { ...out, last };
    count += folded === undefined ? found.length : 1;
    if (folded === undefined) out.items.push(...found);
    else out.prefixes.push(folded);
    last = folded ?? key;
  }
  return out;
}

const queryOf = (input: Shape, after: string | undefined) => ({
  prefix: input.Prefix ?? '',
  delimiter: input.Delimiter || undefined,
  after,
  max: Math.min(input.MaxKeys ?? MAX_KEYS, MAX_KEYS),
});
const token = (key: string): string => Buffer.from(key).toString('base64url');
const untoken = (text: string): string => Buffer.from(text, 'base64url').toString();

const summary = (v: Version): Shape => ({
  Key: v.key,
  LastModified: new Date(v.modified),
  ETag: v.etag,
  Size: v.size,
  StorageClass: v.headers.StorageClass ?? 'STANDARD',
});

export function listingOperations(buckets: Buckets): Record<string, Operation> {
  const list: Operation = {
    access: (input) => [listAccess(buckets.get(input.Bucket), 's3:ListBucket', input)],
    run: (input) => {
      const { store } = buckets.get(input.Bucket);
      const after = input.ContinuationToken ? untoken(input.ContinuationToken) : input.StartAfter;
      const current = (key: string) => {
        const version = store.current(key);
        return version ? [version] : [];
      };
      const found = page(store.keys(), current, queryOf(input, after));
      return {
        Name: input.Bucket,
        Prefix: input.Prefix ?? '',
        ...(input.Delimiter ? { Delimiter: input.Delimiter } : {}),
        ...(input.StartAfter ? { StartAfter: input.StartAfter } : {}),
        ...(input.ContinuationToken ? { ContinuationToken: input.ContinuationToken } : {}),
        MaxKeys: input.MaxKeys ?? MAX_KEYS,
        KeyCount: found.items.length + found.prefixes.length,
        IsTruncated: found.last !== undefined,
        ...(found.last === undefined ? {} : { NextContinuationToken: token(found.last) }),
        Contents: found.items.map(summary),
        CommonPrefixes: found.prefixes.map((Prefix) => ({ Prefix })),
      };
    },
  };
  const listVersions: Operation = {
    access: (input) => [listAccess(buckets.get(input.Bucket), 's3:ListBucketVersions', input)],
    run: (input) => versionsOf(buckets.get(input.Bucket), input),
  };
  return { ListObjectsV2: list, ListObjectVersions: listVersions };
}

/** Pages end between keys, never inside the versions of one: a page may be longer than MaxKeys by those. */
function versionsOf(bucket: Bucket, input: Shape): Shape {
  const { store } = bucket;
  const found = page(
    store.keys(),
    (key) => store.versions(key),
    queryOf(input, input.KeyMarker || undefined),
  );
  const entry = (v: Version): Shape => ({
    Key: v.key,
    VersionId: v.versionId,
    IsLatest: store.latest(v.key) === v,
    LastModified: new Date(v.modified),
  });
  return {
    Name: bucket.name,
    Prefix: input.Prefix ?? '',
    MaxKeys: input.MaxKeys ?? MAX_KEYS,
    IsTruncated: found.last !== undefined,
    ...(found.last === undefined ? {} : { NextKeyMarker: found.last }),
    Versions: found.items.filter((v) => !v.deleteMarker).map((v) => ({ ...summary(v), ...entry(v) })),
    DeleteMarkers: found.items.filter((v) => v.deleteMarker).map(entry),
    CommonPrefixes: found.prefixes.map((Prefix) => ({ Prefix })),
  };
}
