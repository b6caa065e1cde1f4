import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { TTL_ATTRIBUTE } from '../../contracts/registry.ts';
import { resourcesOf, sampleTemplates } from '../stacks/app.ts';
import type { Statement } from '../stacks/policies.ts';

describe('storage', () => {
  let dev: Template;
  let prod: Template;
  beforeAll(async () => {
    dev = (await sampleTemplates({ stage: 'dev' })).storage;
    prod = (await sampleTemplates({ stage: 'prod' })).storage;
  });

  it('has four buckets, each versioned, private and encrypted with the one key', () => {
    const buckets = Object.values(resourcesOf(dev, 'AWS::S3::Bucket'));
    expect(buckets).toHaveLength(4);
    const [key] = Object.keys(resourcesOf(dev, 'AWS::KMS::Key'));
    for (const { Properties } of buckets) {
      expect(Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': [key, 'Arn'] },
              },
            },
          ],
        },
      });
    }
  });

  it('refuses plain HTTP at every bucket', () => {
    const policies = Object.values(resourcesOf(dev, 'AWS::S3::BucketPolicy'));
    expect(policies).toHaveLength(4);
    for (const { Properties } of policies) {
      const { Statement } = Properties['PolicyDocument'] as { Statement: Statement[] };
      expect(Statement[0]).toMatchObject({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  it('never lets a dataset, a golden set or a sealed version be replaced', () => {
    const denied = Object.values(resourcesOf(dev, 'AWS::S3::BucketPolicy'))
      .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
      .filter((s) => s.Condition?.['Null']?.['s3:if-none-match'] === 'true');
    expect(denied.every((s) => s.Effect === 'Deny' && s.Action === 's3:PutObject')).toBe(true);
    const prefixes = JSON.stringify(denied.map((s) => s.Resource)).match(/(?<="\/)\w+(?=\/\*")/g);
    expect(prefixes?.sort()).toEqual(['datasets', 'golden', 'models']);
  });

  it('forgets noncurrent versions and unfinished uploads, and moves old objects to a cheaper tier', () => {
    for (const { Properties } of Object.values(resourcesOf(dev, 'AWS::S3::Bucket'))) {
      const { Rules } = Properties['LifecycleConfiguration'] as { Rules: Record<string, unknown>[] };
      expect(Rules.find((r) => 'NoncurrentVersionExpiration' in r)).toBeDefined();
      expect(Rules.find((r) => 'AbortIncompleteMultipartUpload' in r)).toBeDefined();
      expect(Rules.find((r) => 'Transitions' in r)).toMatchObject({
        Transitions: [{ StorageClass: 'INTELLIGENT_TIERING' }],
      });
    }
  });

  it("expires each model's predictions after its own retention", async () => {
    const { storage } = await sampleTemplates({ model: { retention: { predictionDays: 40 } } });
    storage.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: 'predictions/sample/', ExpirationInDays: 40 })]),
      },
    });
  });

  it('keeps the registry on demand, restorable to any second, with the attribute that expires items', () => {
    dev.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
  });

  it('protects and keeps data in prod, and lets dev be destroyed', () => {
    prod.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true });
    dev.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key']) {
      for (const resource of Object.values(resourcesOf(prod, type)))
        expect(resource.DeletionPolicy).toBe('Retain');
      for (const resource of Object.values(resourcesOf(dev, type)))
        expect(resource.DeletionPolicy).toBe('Delete');
    }
  });

  it('archives the events of the bus for as long as the logs are kept', async () => {
    const { storage } = await sampleTemplates({ model: { retention: { logDays: 400 } } });
    storage.hasResourceProperties('AWS::Events::Archive', {
      EventPattern: { source: ['coalmine'] },
      RetentionDays: 400,
    });
  });

  it('tells people of failures, promotions and rollbacks, and nothing of the routine', () => {
    const [rule] = Object.values(resourcesOf(dev, 'AWS::Events::Rule'));
    const types = (rule!.Properties['EventPattern'] as { 'detail-type': string[] })['detail-type'];
    expect(types).toEqual(
      expect.arrayContaining([
        'retrain.failed',
        'release.promoted',
        'release.rolled-back',
        'rollback.failed',
      ]),
    );
    expect(types).not.toContain('drift.checked');
  });
});
