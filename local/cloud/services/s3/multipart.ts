import { createHash } from 'node:crypto';
import { AwsError, type Operation, type Shape } from '../../types.ts';
import { keyOf, objectArn, readAccess, writeAccess } from './access.ts';
import type { Bucket, Buckets } from './bucket.ts';
import { byteRange, checkWrite } from './conditions.ts';
import { announceCreated } from './notify.ts';
import {
  bodyBytes,
  encryptionOf,
  headersOf,
  parseCopySource,
  parseTagging,
  verifyChecksums,
  versionIdOf,
} from './objects.ts';
import { crc32Base64 } from './store.ts';

interface Part {
  readonly bytes: Buffer;
  readonly etag: string;
}
export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  /** Virtual epoch milliseconds; lifecycle rules abort what is too old. */
  readonly since: number;
  readonly input: Shape;
  readonly parts: Map<number, Part>;
}

/** @throws AwsError NoSuchUpload */
function uploadOf(bucket: Bucket, input: Shape): MultipartUpload {
  const upload = bucket.uploads.get(input.UploadId);
  if (upload && upload.key === input.Key) return upload;
  throw new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
  );
}

function addPart(upload: MultipartUpload, number: number, bytes: Buffer): Part {
  if (!(number >= 1 && number <= 10_000)) {
    throw new AwsError('InvalidArgument', `Part number must be between 1 and 10000, not ${number}`);
  }
  const part = { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"` };
  upload.parts.set(number, part);
  return part;
}

/** @throws AwsError InvalidPart, InvalidPartOrder, MalformedXML */
function assemble(upload: MultipartUpload, wanted: readonly Shape[]): { bytes: Buffer; etag: string } {
  if (wanted.length === 0) throw new AwsError('MalformedXML', 'A multipart upload needs at least one part');
  const bytes: Buffer[] = [];
  const digest = createHash('md5');
  let last = 0;
  for (const { PartNumber, ETag } of wanted) {
    const part = upload.parts.get(Number(PartNumber));
    if (!part || (ETag && ETag.replaceAll('"', '') !== part.etag.replaceAll('"', ''))) {
      throw new AwsError('InvalidPart', `Part ${PartNumber} was not uploaded, or its ETag differs`);
    }
    if (Number(PartNumber) <= last)
      throw new AwsError('InvalidPartOrder', 'Parts must be in ascending order');
    last = Number(PartNumber);
    bytes.push(part.bytes);
    digest.update(Buffer.from(part.etag.replaceAll('"', ''), 'hex'));
  }
  return { bytes: Buffer.concat(bytes), etag: `"${digest.digest('hex')}-${wanted.length}"` };
}

export function multipartOperations(buckets: Buckets): Record<string, Operation> {
  const access: Operation['access'] = (input, cloud) => writeAccess(cloud, buckets, input, true);
  return {
    CreateMultipartUpload: {
      access,
      run: (input, { cloud }) => {
        const bucket = buckets.get(input.Bucket);
        const id = cloud.random.hex(32);
        bucket.uploads.set(id, { id, key: input.Key, since: cloud.clock.now(), input, parts: new Map() });
        return { Bucket: input.Bucket, Key: input.Key, UploadId: id };
      },
    },
    UploadPart: {
      access,
      run: (input) => {
        const bytes = bodyBytes(input.Body);
        verifyChecksums(input, bytes);
        const part = addPart(uploadOf(buckets.get(input.Bucket), input), Number(input.PartNumber), bytes);
        return { ETag: part.etag, ChecksumCRC32: crc32Base64(bytes) };
      },
    },
    UploadPartCopy: {
      access: (input, cloud) => {
        const from = parseCopySource(input.CopySource);
        const source = buckets.get(from.Bucket);
        const version = source.store.current(from.Key);
        return [
          ...readAccess(cloud, source, from.Key, from.VersionId, version),
          ...writeAccess(cloud, buckets, input, true),
        ];
      },
      run: (input, { cloud }) => {
        const from = parseCopySource(input.CopySource);
        const { store } = buckets.get(from.Bucket);
        const version = from.VersionId ? store.version(from.Key, from.VersionId) : store.current(from.Key);
        if (!version) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
        const range = byteRange(input.CopySourceRange, version.size);
        const all = store.read(version);
        const bytes = range ? all.subarray(range.from, range.to) : all;
        const part = addPart(uploadOf(buckets.get(input.Bucket), input), Number(input.PartNumber), bytes);
        return { CopyPartResult: { ETag: part.etag, LastModified: new Date(cloud.clock.now()) } };
      },
    },
    CompleteMultipartUpload: {
      access,
      run: (input, { cloud }) => {
        const bucket = buckets.get(input.Bucket);
        const upload = uploadOf(bucket, input);
        checkWrite(input, bucket.store.current(input.Key));
        const { bytes, etag } = assemble(upload, input.MultipartUpload?.Parts ?? []);
        const kmsKey = keyOf(cloud, bucket, upload.input);
        const version = bucket.store.put({
          key: upload.key,
          bytes,
          etag,
          headers: headersOf(upload.input),
          metadata: upload.input.Metadata ?? {},
          tags: parseTagging(upload.input.Tagging),
          ...(kmsKey ? { kmsKey } : {}),
        });
        bucket.uploads.delete(upload.id);
        announceCreated(cloud, bucket, version, 'CompleteMultipartUpload');
        return {
          Location: `${cloud.endpoint}/${bucket.name}/${upload.key}`,
          Bucket: bucket.name,
          Key: upload.key,
          ETag: etag,
          ...encryptionOf(version),
          ...versionIdOf(bucket, version),
        };
      },
    },
    AbortMultipartUpload: {
      access: (input) => [
        { action: 's3:AbortMultipartUpload', resource: objectArn(buckets.get(input.Bucket), input.Key) },
      ],
      run: (input) => {
        const bucket = buckets.get(input.Bucket);
        bucket.uploads.delete(uploadOf(bucket, input).id);
        return {};
      },
    },
    ListParts: {
      access: (input) => [
        { action: 's3:ListMultipartUploadParts', resource: objectArn(buckets.get(input.Bucket), input.Key) },
      ],
      run: (input) => ({
        Bucket: input.Bucket,
        Key: input.Key,
        UploadId: input.UploadId,
        IsTruncated: false,
        Parts: [...uploadOf(buckets.get(input.Bucket), input).parts]
          .sort(([a], [b]) => a - b)
          .map(([PartNumber, p]) => ({ PartNumber, ETag: p.etag, Size: p.bytes.length })),
      }),
    },
  };
}
