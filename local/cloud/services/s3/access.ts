import type { Access, Cloud, Shape } from '../../types.ts';
import { keyArn, kmsUse } from '../common.ts';
import type { Bucket, Buckets } from './bucket.ts';
import type { Version } from './store.ts';

/** Condition keys that a write carries; bucket policies ask for them. */
function writeContext(input: Shape): Record<string, string> {
  const context: Record<string, string> = {};
  if (input.ServerSideEncryption) context['s3:x-amz-server-side-encryption'] = input.ServerSideEncryption;
  if (input.SSEKMSKeyId) context['s3:x-amz-server-side-encryption-aws-kms-key-id'] = input.SSEKMSKeyId;
  if (input.IfNoneMatch) context['s3:if-none-match'] = input.IfNoneMatch;
  if (input.StorageClass) context['s3:x-amz-storage-class'] = input.StorageClass;
  if (input.CopySource) context['s3:x-amz-copy-source'] = input.CopySource;
  return context;
}

export const objectArn = (bucket: Bucket, key: string): string => `${bucket.arn}/${key}`;

/** Customer-managed key that a new object is encrypted with: the writer's choice, else the bucket's default. */
export function keyOf(cloud: Cloud, bucket: Bucket, input: Shape): string | undefined {
  if (input.ServerSideEncryption === 'AES256') return undefined;
  return keyArn(cloud, input.SSEKMSKeyId) ?? bucket.kmsKey;
}

/** What S3 asks of whom reads an object, with the key that the object is encrypted with. */
export function readAccess(
  cloud: Cloud,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  version: Version | undefined,
): Access[] {
  const resource = objectArn(bucket, key);
  const read: Access =
    versionId === undefined
      ? { action: 's3:GetObject', resource }
      : { action: 's3:GetObjectVersion', resource, context: { 's3:VersionId': versionId } };
  return [read, ...kmsUse(cloud, version?.kmsKey, 's3', ['Decrypt'])];
}

/**
 * What S3 asks of whom writes an object. Parts of a multipart upload are decrypted when they are put together,
 * hence the second key permission.
 */
export function writeAccess(cloud: Cloud, buckets: Buckets, input: Shape, multipart = false): Access[] {
  const bucket = buckets.get(input.Bucket);
  const resource = objectArn(bucket, input.Key);
  const actions = multipart ? ['GenerateDataKey', 'Decrypt'] : ['GenerateDataKey'];
  const access: Access[] = [
    { action: 's3:PutObject', resource, context: writeContext(input) },
    ...kmsUse(cloud, keyOf(cloud, bucket, input), 's3', actions),
  ];
  if (input.Tagging) access.push({ action: 's3:PutObjectTagging', resource });
  return access;
}

export const deleteAccess = (bucket: Bucket, key: string, versionId?: string): Access => ({
  action: versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
  resource: objectArn(bucket, key),
});

/** ListBucket carries what is listed, so that a policy can confine a role to a prefix. */
export function listAccess(bucket: Bucket, action: string, input: Shape): Access {
  const context: Record<string, string> = { 's3:prefix': input.Prefix ?? '' };
  if (input.Delimiter !== undefined) context['s3:delimiter'] = input.Delimiter;
  if (input.MaxKeys !== undefined) context['s3:max-keys'] = String(input.MaxKeys);
  return { action, resource: bucket.arn, context };
}
