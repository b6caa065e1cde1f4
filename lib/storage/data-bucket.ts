import { Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { allow } from '../shared/permissions.ts';
import type { StageSettings } from '../shared/stage.ts';
import type { DataKey } from './data-key.ts';

export interface DataBucketProps {
  readonly dataKey: DataKey;
  readonly settings: StageSettings;
  /** Days that a replaced or deleted object can still be brought back. @default 90 */
  readonly noncurrentDays?: number;
  /** Prefixes where an object, once written, is never replaced. @default none */
  readonly sealedPrefixes?: readonly string[];
  /** Rules beside those that every bucket has. @default none */
  readonly lifecycleRules?: readonly LifecycleRule[];
}

/** A versioned, encrypted, private bucket whose permissions are given by prefix. */
export class DataBucket extends Construct {
  readonly bucket: Bucket;
  private readonly dataKey: DataKey;

  constructor(scope: Construct, id: string, props: DataBucketProps) {
    super(scope, id);
    this.dataKey = props.dataKey;
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.dataKey.key,
      // One data key a bucket and hour, not one an object: KMS requests cost more than the objects.
      bucketKeyEnabled: true,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.settings.removalPolicy,
      lifecycleRules: [...commonRules(props.noncurrentDays ?? 90), ...(props.lifecycleRules ?? [])],
    });
    for (const prefix of props.sealedPrefixes ?? []) this.refuseToReplace(prefix);
    acknowledge(
      this.bucket,
      'AwsSolutions-S1',
      'Lineage names every object by key and VersionId and only named roles can write; who read it is a question for the CloudTrail data events of the account.',
    );
  }

  get name(): string {
    return this.bucket.bucketName;
  }

  /** Reading the objects under a prefix and their versions; listing only there. */
  grantRead(role: Role, prefix: string): void {
    allow(role, {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [this.bucket.arnForObjects(`${prefix}*`)],
      wildcard: `Object names under ${prefix} are made at run time.`,
    });
    this.dataKey.grantDecrypt(role);
  }

  /** Listing the keys, and the versions, under a prefix. */
  grantList(role: Role, prefix: string): void {
    allow(role, {
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [this.bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': [`${prefix}*`] } },
    });
  }

  /** Writing objects under a prefix; no deleting. */
  grantWrite(role: Role, prefix: string): void {
    allow(role, {
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [this.bucket.arnForObjects(`${prefix}*`)],
      wildcard: `Object names under ${prefix} are made at run time.`,
    });
    this.dataKey.grantEncryptDecrypt(role);
  }

  /** Tagging objects under a prefix, which changes nothing of them. */
  grantTag(role: Role, prefix: string): void {
    allow(role, {
      actions: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
      resources: [this.bucket.arnForObjects(`${prefix}*`)],
      wildcard: `Object names under ${prefix} are made at run time.`,
    });
  }

  /** Refuses, to everybody, a write that does not demand that the object be new (`If-None-Match: *`). */
  private refuseToReplace(prefix: string): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`${prefix}*`)],
        conditions: { Null: { 's3:if-none-match': 'true' } },
      }),
    );
  }
}

function commonRules(noncurrentDays: number): LifecycleRule[] {
  return [
    {
      id: 'tidy',
      // An upload that has not ended in a week never will.
      abortIncompleteMultipartUploadAfter: Duration.days(7),
      noncurrentVersionExpiration: Duration.days(noncurrentDays),
      expiredObjectDeleteMarker: true,
    },
    {
      id: 'tier',
      // Read often while young, then hardly ever: S3 decides by access, at no cost of retrieval.
      transitions: [{ storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(30) }],
    },
  ];
}
