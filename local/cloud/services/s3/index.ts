import type { Operation } from '../../types.ts';
import { AwsError } from '../../types.ts';
import type { S3Service } from '../internal.ts';
import { Buckets } from './bucket.ts';
import { listingOperations } from './listing.ts';
import { multipartOperations } from './multipart.ts';
import { bodyBytes, objectOperations } from './objects.ts';
import { bucketTypes } from './resources.ts';
import { s3Codec } from './rest.ts';

function bucketOperations(buckets: Buckets): Record<string, Operation> {
  return {
    ListBuckets: {
      access: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
      run: () => ({ Buckets: buckets.all().map(({ name }) => ({ Name: name })) }),
    },
    HeadBucket: {
      access: (input) => [{ action: 's3:ListBucket', resource: buckets.get(input.Bucket).arn }],
      run: () => ({}),
    },
    GetBucketVersioning: {
      access: (input) => [{ action: 's3:GetBucketVersioning', resource: buckets.get(input.Bucket).arn }],
      run: (input) => (buckets.get(input.Bucket).versioned ? { Status: 'Enabled' } : {}),
    },
    GetBucketLocation: {
      access: (input) => [{ action: 's3:GetBucketLocation', resource: buckets.get(input.Bucket).arn }],
      // us-east-1 is the empty constraint.
      run: (_input, { cloud }) => ({
        LocationConstraint: cloud.region === 'us-east-1' ? undefined : cloud.region,
      }),
    },
  };
}

/**
 * S3: objects on disk below `cloud.dir`, their index in memory. Versions, conditional writes, ranges, checksums
 * (CRC-32 and SHA-256), multipart uploads, lifecycle expiry, bucket policies and the key permissions of SSE-KMS.
 */
export function createS3(): S3Service {
  const buckets = new Buckets();
  return {
    name: 's3',
    protocol: 'rest',
    rest: s3Codec,
    operations: {
      ...bucketOperations(buckets),
      ...objectOperations(buckets),
      ...listingOperations(buckets),
      ...multipartOperations(buckets),
    },
    resources: bucketTypes(buckets),
    conditionKeys: ['s3:max-keys', 's3:VersionId', 's3:x-amz-copy-source', 's3:x-amz-storage-class'],
    policyOf: (arn) => buckets.find(arn.slice('arn:aws:s3:::'.length).split('/', 1)[0]!)?.policy,
    getBytes(name, key, versionId) {
      const { store } = buckets.get(name);
      const found = versionId === undefined ? store.current(key) : store.version(key, versionId);
      if (found && !found.deleteMarker) return store.read(found);
      throw versionId === undefined
        ? new AwsError('NoSuchKey', `The specified key does not exist: s3://${name}/${key}`, 404)
        : new AwsError('NoSuchVersion', `The specified version does not exist: s3://${name}/${key}`, 404);
    },
    corrupt(name, key) {
      const { store } = buckets.get(name);
      const found = store.current(key);
      if (!found)
        throw new AwsError('NoSuchKey', `The specified key does not exist: s3://${name}/${key}`, 404);
      store.corrupt(found);
    },
    putBytes(name, key, bytes) {
      const bucket = buckets.get(name);
      const kmsKey = bucket.kmsKey === undefined ? {} : { kmsKey: bucket.kmsKey };
      return bucket.store.put({ key, bytes: bodyBytes(bytes), ...kmsKey }).versionId;
    },
  };
}
