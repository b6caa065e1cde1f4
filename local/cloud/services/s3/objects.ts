import { AwsError, type Caller, type Cloud, type Operation, type Shape } from '../../types.ts';
import { deleteAccess, keyOf, listAccess, objectArn, readAccess, writeAccess } from './access.ts';
import type { Bucket, Buckets } from './bucket.ts';
import { byteRange, checkRead, checkWrite } from './conditions.ts';
import { announceCreated, announceDeleted } from './notify.ts';
import { crc32Base64, type ObjectHeaders, sha256Base64, type Version } from './store.ts';

/** Bytes of a body as in-process callers and the codec give it. */
export function bodyBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new AwsError('InvalidRequest', 'Body must be text or bytes');
}

/** @throws AwsError BadDigest when a checksum that came with the bytes is not theirs */
export function verifyChecksums(input: Shape, bytes: Buffer): void {
  const wrong = (name: string) =>
    new AwsError('BadDigest', `The ${name} you specified did not match what we received.`);
  if (input.ChecksumCRC32 !== undefined && input.ChecksumCRC32 !== crc32Base64(bytes)) throw wrong('CRC32');
  if (input.ChecksumSHA256 !== undefined && input.ChecksumSHA256 !== sha256Base64(bytes))
    throw wrong('SHA256');
}

export const headersOf = (input: Shape): ObjectHeaders => ({
  ...(input.ContentType ? { ContentType: input.ContentType } : {}),
  ...(input.ContentEncoding ? { ContentEncoding: input.ContentEncoding } : {}),
  ...(input.ContentDisposition ? { ContentDisposition: input.ContentDisposition } : {}),
  ...(input.ContentLanguage ? { ContentLanguage: input.ContentLanguage } : {}),
  ...(input.CacheControl ? { CacheControl: input.CacheControl } : {}),
  ...(input.StorageClass ? { StorageClass: input.StorageClass } : {}),
});
export const parseTagging = (tagging: string | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(tagging ?? ''));

/** What every answer about one version says of its encryption. */
export const encryptionOf = (version: Version): Shape =>
  version.kmsKey
    ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: version.kmsKey, BucketKeyEnabled: true }
    : { ServerSideEncryption: 'AES256' };
export const versionIdOf = (bucket: Bucket, version: Version | undefined): Shape =>
  bucket.versioned && version ? { VersionId: version.versionId } : {};

function describe(bucket: Bucket, version: Version): Shape {
  return {
    ETag: version.etag,
    LastModified: new Date(version.modified),
    AcceptRanges: 'bytes',
    Metadata: version.metadata,
    ...version.headers,
    ...encryptionOf(version),
    ...versionIdOf(bucket, version),
    ...(Object.keys(version.tags).length > 0 ? { TagCount: Object.keys(version.tags).length } : {}),
  };
}
const checksumsOf = (version: Version): Shape => ({
  ...(version.sha256 ? { ChecksumSHA256: version.sha256 } : { ChecksumCRC32: version.crc32 }),
  ChecksumType: 'FULL_OBJECT',
});

/**
 * The version that a read asks for. Who may not list learns nothing of what is missing.
 * @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed, AccessDenied
 */
function find(bucket: Bucket, input: Shape, caller: Caller, cloud: Cloud): Version {
  const { Key: key, VersionId: versionId } = input;
  const found = versionId === undefined ? bucket.store.latest(key) : bucket.store.version(key, versionId);
  if (found && !found.deleteMarker) return found;
  if (found && versionId !== undefined) {
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
  }
  cloud.authorize(caller, [listAccess(bucket, 's3:ListBucket', { Prefix: key })]);
  if (versionId !== undefined) {
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key });
  }
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
}

export function objectOperations(buckets: Buckets): Record<string, Operation> {
  const access: Operation['access'] = (input, cloud) => {
    const bucket = buckets.get(input.Bucket);
    const version =
      input.VersionId === undefined
        ? bucket.store.current(input.Key)
        : bucket.store.version(input.Key, input.VersionId);
    return readAccess(cloud, bucket, input.Key, input.VersionId, version);
  };
  const read = (withBody: boolean): Operation => ({
    access,
    run: (input, { caller, cloud }) => {
      const bucket = buckets.get(input.Bucket);
      const version = find(bucket, input, caller, cloud);
      checkRead(input, version);
      const range = byteRange(input.Range, version.size);
      const head = { ...describe(bucket, version), ContentLength: version.size };
      if (range) {
        head.ContentLength = range.to - range.from;
        head.ContentRange = `bytes ${range.from}-${range.to - 1}/${version.size}`;
      } else if (input.ChecksumMode === 'ENABLED') Object.assign(head, checksumsOf(version));
      if (!withBody) return head;
      const bytes = bucket.store.read(version);
      return { ...head, Body: range ? bytes.subarray(range.from, range.to) : bytes };
    },
  });

  const put: Operation = {
    access: (input, cloud) => writeAccess(cloud, buckets, input),
    run: (input, { cloud }) => {
      const bucket = buckets.get(input.Bucket);
      checkWrite(input, bucket.store.current(input.Key));
      const bytes = bodyBytes(input.Body);
      verifyChecksums(input, bytes);
      const kmsKey = keyOf(cloud, bucket, input);
      const version = bucket.store.put({
        key: input.Key,
        bytes,
        headers: headersOf(input),
        metadata: input.Metadata ?? {},
        tags: parseTagging(input.Tagging),
        ...(input.ChecksumSHA256 ? { sha256: input.ChecksumSHA256 } : {}),
        ...(kmsKey ? { kmsKey } : {}),
      });
      announceCreated(cloud, bucket, version, 'PutObject');
      return {
        ETag: version.etag,
        ...checksumsOf(version),
        ...encryptionOf(version),
        ...versionIdOf(bucket, version),
      };
    },
  };

  const copy: Operation = {
    access: (input, cloud) => {
      const from = parseCopySource(input.CopySource);
      const bucket = buckets.get(from.Bucket);
      const { store } = bucket;
      const version =
        from.VersionId === undefined ? store.current(from.Key) : store.version(from.Key, from.VersionId);
      return [
        ...readAccess(cloud, bucket, from.Key, from.VersionId, version),
        ...writeAccess(cloud, buckets, input),
      ];
    },
    run: (input, { caller, cloud }) => {
      const source = parseCopySource(input.CopySource);
      const sourceBucket = buckets.get(source.Bucket);
      const from = find(sourceBucket, source, caller, cloud);
      const bucket = buckets.get(input.Bucket);
      checkWrite(input, bucket.store.current(input.Key));
      const replace = input.MetadataDirective === 'REPLACE';
      const kmsKey = keyOf(cloud, bucket, input);
      const version = bucket.store.put({
        key: input.Key,
        bytes: sourceBucket.store.read(from),
        headers: replace ? headersOf(input) : from.headers,
        metadata: replace ? (input.Metadata ?? {}) : from.metadata,
        tags: input.TaggingDirective === 'REPLACE' ? parseTagging(input.Tagging) : from.tags,
        ...(kmsKey ? { kmsKey } : {}),
      });
      announceCreated(cloud, bucket, version, 'CopyObject');
      return {
        CopyObjectResult: {
          ETag: version.etag,
          LastModified: new Date(version.modified),
          ...checksumsOf(version),
        },
        CopySourceVersionId: sourceBucket.versioned ? from.versionId : undefined,
        ...encryptionOf(version),
        ...versionIdOf(bucket, version),
      };
    },
  };

  const remove: Operation = {
    access: (input) => [deleteAccess(buckets.get(input.Bucket), input.Key, input.VersionId)],
    run: (input, { cloud }) => removeOne(cloud, buckets.get(input.Bucket), input.Key, input.VersionId),
  };

  const removeMany: Operation = {
    // S3 answers each key by itself: a key that may not be deleted is an error in the list, not of the request.
    access: () => [],
    run: (input, { caller, cloud }) => {
      const bucket = buckets.get(input.Bucket);
      const deleted: Shape[] = [];
      const errors: Shape[] = [];
      for (const { Key, VersionId } of input.Delete.Objects) {
        try {
          cloud.authorize(caller, [deleteAccess(bucket, Key, VersionId)]);
          const out = removeOne(cloud, bucket, Key, VersionId);
          deleted.push({
            Key,
            ...(VersionId === undefined ? {} : { VersionId }),
            ...(out.DeleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: out.VersionId } : {}),
          });
        } catch (e) {
          if (!(e instanceof AwsError)) throw e;
          errors.push({ Key, VersionId, Code: e.name, Message: e.message });
        }
      }
      return { Deleted: input.Delete.Quiet ? [] : deleted, Errors: errors };
    },
  };

  const getTagging: Operation = {
    access: (input) => [
      { action: 's3:GetObjectTagging', resource: objectArn(buckets.get(input.Bucket), input.Key) },
    ],
    run: (input, { caller, cloud }) => {
      const version = find(buckets.get(input.Bucket), input, caller, cloud);
      return { TagSet: Object.entries(version.tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };

  const putTagging: Operation = {
    access: (input) => [
      {
        action: input.VersionId ? 's3:PutObjectVersionTagging' : 's3:PutObjectTagging',
        resource: objectArn(buckets.get(input.Bucket), input.Key),
      },
    ],
    run: (input, { caller, cloud }) => {
      const bucket = buckets.get(input.Bucket);
      const version = find(bucket, input, caller, cloud);
      const set: { Key: string; Value: string }[] = input.Tagging.TagSet;
      version.tags = Object.fromEntries(set.map((t) => [t.Key, t.Value]));
      return versionIdOf(bucket, version);
    },
  };

  return {
    GetObject: read(true),
    HeadObject: read(false),
    PutObject: put,
    CopyObject: copy,
    DeleteObject: remove,
    DeleteObjects: removeMany,
    GetObjectTagging: getTagging,
    PutObjectTagging: putTagging,
  };
}

function removeOne(cloud: Cloud, bucket: Bucket, key: string, versionId: string | undefined): Shape {
  if (versionId !== undefined) {
    const gone = bucket.store.deleteVersion(key, versionId);
    return { VersionId: versionId, ...(gone?.deleteMarker ? { DeleteMarker: true } : {}) };
  }
  const marker = bucket.store.delete(key);
  announceDeleted(cloud, bucket, key, marker);
  return marker ? { DeleteMarker: true, VersionId: marker.versionId } : {};
}

/** `bucket/key[?versionId=…]`, URL-encoded, a leading slash allowed. @throws AwsError InvalidArgument */
export function parseCopySource(source: string): { Bucket: string; Key: string; VersionId?: string } {
  const [path = '', query = ''] = source.split('?', 2);
  const decoded = decodeURIComponent(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (slash <= 0)
    throw new AwsError('InvalidArgument', `Copy Source must mention the source bucket and key: ${source}`);
  const versionId = new URLSearchParams(query).get('versionId');
  return {
    Bucket: decoded.slice(0, slash),
    Key: decoded.slice(slash + 1),
    ...(versionId === null ? {} : { VersionId: versionId }),
  };
}
