import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { PinnedObject } from '../../contracts/artifact.ts';
import { isNamed } from './errors.ts';

/** Anything that sends S3 commands. */
export type ObjectStore = Pick<S3Client, 'send'>;
export type Pin = PinnedObject;

/** Lower-case hex sha256. */
export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The whole object, and the VersionId of what was read. */
export async function getBytes(
  store: ObjectStore,
  bucket: string,
  key: string,
  versionId?: string,
): Promise<{ readonly bytes: Uint8Array; readonly versionId: string }> {
  const object = await store.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
  if (!object.Body) throw new Error(`s3://${bucket}/${key} has no body`);
  return { bytes: await object.Body.transformToByteArray(), versionId: object.VersionId ?? 'null' };
}

export async function getJson(store: ObjectStore, bucket: string, key: string): Promise<unknown> {
  return JSON.parse(Buffer.from((await getBytes(store, bucket, key)).bytes).toString('utf8'));
}

export interface Put {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array | string;
  readonly contentType?: string;
}

/**
 * Writes an object that must not exist, or that exists with the same bytes (an earlier attempt got so far).
 * @returns its pin, and whether it was there before
 * @throws Error when it exists with other bytes: what is sealed is never replaced
 */
export async function putOnce(store: ObjectStore, put: Put): Promise<Pin & { readonly existed: boolean }> {
  const hash = sha256(put.body);
  try {
    const answer = await store.send(
      new PutObjectCommand({
        Bucket: put.bucket,
        Key: put.key,
        Body: put.body,
        IfNoneMatch: '*',
        ContentType: put.contentType ?? contentTypeOf(put.key),
      }),
    );
    return { key: put.key, versionId: answer.VersionId ?? 'null', sha256: hash, existed: false };
  } catch (e) {
    // 412: it exists; 409: somebody writes it at this moment, and reading tells whether the same.
    if (!isNamed(e, 'PreconditionFailed', 'ConditionalRequestConflict')) throw e;
    const there = await getBytes(store, put.bucket, put.key);
    if (sha256(there.bytes) !== hash)
      throw new Error(`s3://${put.bucket}/${put.key} exists with other content and is never replaced`, {
        cause: e,
      });
    return { key: put.key, versionId: there.versionId, sha256: hash, existed: true };
  }
}

const contentTypeOf = (key: string): string =>
  key.endsWith('.json')
    ? 'application/json'
    : key.endsWith('.md')
      ? 'text/markdown'
      : 'application/octet-stream';
