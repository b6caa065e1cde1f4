import { join } from 'node:path';
import { z } from 'zod';
import type { Cloud, ResourceType } from '../../types.ts';
import { bool, keyArn, num, policyDocument, tags } from '../common.ts';
import type { Buckets } from './bucket.ts';
import { expire, type LifecycleRule } from './lifecycle.ts';
import { ObjectStore } from './store.ts';

const DAY = 86_400_000;
const transition = z.strictObject({
  StorageClass: z.string(),
  TransitionInDays: num.optional(),
  NewerNoncurrentVersions: num.optional(),
});
const rule = z.strictObject({
  Id: z.string().optional(),
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().optional(),
  TagFilters: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
  ObjectSizeGreaterThan: num.optional(),
  ObjectSizeLessThan: num.optional(),
  ExpirationInDays: num.optional(),
  ExpiredObjectDeleteMarker: bool.optional(),
  NoncurrentVersionExpiration: z
    .strictObject({ NoncurrentDays: num, NewerNoncurrentVersions: num.optional() })
    .optional(),
  NoncurrentVersionTransitions: z.array(transition).optional(),
  Transitions: z.array(transition).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: num }).optional(),
});
const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  BucketEncryption: z
    .strictObject({
      ServerSideEncryptionConfiguration: z.array(
        z.strictObject({
          BucketKeyEnabled: bool.optional(),
          ServerSideEncryptionByDefault: z
            .strictObject({ SSEAlgorithm: z.string(), KMSMasterKeyID: z.string().optional() })
            .optional(),
        }),
      ),
    })
    .optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  LifecycleConfiguration: z
    .strictObject({
      Rules: z.array(rule),
      TransitionDefaultMinimumObjectSize: z.string().optional(),
    })
    .optional(),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: bool.optional() }).optional(),
    })
    .optional(),
  PublicAccessBlockConfiguration: z
    .strictObject({
      BlockPublicAcls: bool.optional(),
      BlockPublicPolicy: bool.optional(),
      IgnorePublicAcls: bool.optional(),
      RestrictPublicBuckets: bool.optional(),
    })
    .optional(),
  OwnershipControls: z
    .strictObject({ Rules: z.array(z.strictObject({ ObjectOwnership: z.string() })) })
    .optional(),
  LoggingConfiguration: z
    .strictObject({
      DestinationBucketName: z.string().optional(),
      LogFilePrefix: z.string().optional(),
      TargetObjectKeyFormat: z.looseObject({}).optional(),
    })
    .optional(),
  IntelligentTieringConfigurations: z.array(z.looseObject({})).optional(),
  MetricsConfigurations: z.array(z.looseObject({})).optional(),
  AccessControl: z.string().optional(),
  Tags: tags.optional(),
});
const bucketPolicySchema = z.strictObject({ Bucket: z.string(), PolicyDocument: policyDocument });

const lifecycleRule = (r: z.output<typeof rule>): LifecycleRule => ({
  prefix: r.Prefix ?? '',
  tags: Object.fromEntries((r.TagFilters ?? []).map((t) => [t.Key, t.Value])),
  minSize: r.ObjectSizeGreaterThan === undefined ? 0 : r.ObjectSizeGreaterThan + 1,
  maxSize: r.ObjectSizeLessThan === undefined ? Number.POSITIVE_INFINITY : r.ObjectSizeLessThan - 1,
  expirationDays: r.ExpirationInDays,
  expiredObjectDeleteMarker: r.ExpiredObjectDeleteMarker ?? false,
  noncurrentDays: r.NoncurrentVersionExpiration?.NoncurrentDays,
  newerNoncurrentVersions: r.NoncurrentVersionExpiration?.NewerNoncurrentVersions ?? 0,
  abortUploadDays: r.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
});

export function bucketTypes(buckets: Buckets): ResourceType[] {
  return [
    {
      type: 'AWS::S3::Bucket',
      schema: bucketSchema,
      inert: {
        PublicAccessBlockConfiguration: 'nothing here is public',
        OwnershipControls: 'there is one account',
        LoggingConfiguration: 'server access logs are not written',
        'LifecycleConfiguration.Rules.Transitions': 'a storage class changes only the price',
        'LifecycleConfiguration.Rules.NoncurrentVersionTransitions': 'a storage class changes only the price',
        IntelligentTieringConfigurations: 'a storage class changes only the price',
        MetricsConfigurations: 'request metrics are not recorded',
        AccessControl: 'access is by policies alone',
      },
      create: (properties: z.output<typeof bucketSchema>, placement, cloud) => {
        const name = properties.BucketName ?? placement.physicalName(63).toLowerCase();
        const encryption =
          properties.BucketEncryption?.ServerSideEncryptionConfiguration[0]?.ServerSideEncryptionByDefault;
        const versioned = properties.VersioningConfiguration?.Status === 'Enabled';
        const rules = properties.LifecycleConfiguration?.Rules ?? [];
        const arn = `arn:aws:s3:::${name}`;
        buckets.add({
          name,
          arn,
          versioned,
          kmsKey:
            encryption?.SSEAlgorithm === 'aws:kms' ? keyArn(cloud, encryption.KMSMasterKeyID) : undefined,
          eventBridge: properties.NotificationConfiguration?.EventBridgeConfiguration !== undefined,
          lifecycle: rules.filter((r) => r.Status === 'Enabled').map(lifecycleRule),
          uploads: new Map(),
          policy: undefined,
          store: new ObjectStore({
            name,
            versioned,
            dir: join(cloud.dir, 's3', name),
            now: () => cloud.clock.now(),
            newVersionId: () => cloud.random.hex(32),
          }),
        });
        if (rules.length > 0) expireDaily(cloud, buckets, name);
        const host = `${name}.s3.${cloud.region}.amazonaws.com`;
        return {
          ref: name,
          attributes: { Arn: arn, DomainName: `${name}.s3.amazonaws.com`, RegionalDomainName: host },
        };
      },
    },
    {
      type: 'AWS::S3::BucketPolicy',
      schema: bucketPolicySchema,
      create: (properties: z.output<typeof bucketPolicySchema>) => {
        const bucket = buckets.get(properties.Bucket);
        bucket.policy = properties.PolicyDocument;
        return { ref: properties.Bucket, attributes: {} };
      },
    },
  ];
}

/** S3 runs lifecycle rules once a day, at midnight UTC. */
function expireDaily(cloud: Cloud, buckets: Buckets, name: string): void {
  const next = (Math.floor(cloud.clock.now() / DAY) + 1) * DAY;
  cloud.clock.at(next, `lifecycle of ${name}`, () => {
    const gone = expire(buckets.get(name), cloud.clock.now());
    if (gone > 0) cloud.trace('s3', `lifecycle of ${name} ended ${gone} versions`);
    expireDaily(cloud, buckets, name);
  });
}
