import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../../local/cloud/services/dynamodb/index.ts';
import { createEvents } from '../../../local/cloud/services/events/index.ts';
import { createS3 } from '../../../local/cloud/services/s3/index.ts';
import { world } from './world.ts';

const files = mkdtempSync(join(tmpdir(), 'coalmine-asset-'));
let running: Awaited<ReturnType<typeof world>>;

beforeAll(async () => {
  writeFileSync(join(files, 'definition.json'), '{"StartAt":"A"}');
  running = await world(
    (app) => {
      const stack = new Stack(app, 'Store');
      const key = new Key(stack, 'Key', { enableKeyRotation: true });
      const bucket = new Bucket(stack, 'Bucket', {
        versioned: true,
        encryption: BucketEncryption.KMS,
        encryptionKey: key,
        enforceSSL: true,
        blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      const table = new Table(stack, 'Table', {
        partitionKey: { name: 'pk', type: AttributeType.STRING },
        billingMode: BillingMode.PAY_PER_REQUEST,
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: key,
      });
      const bus = new EventBus(stack, 'Bus');
      const asset = new Asset(stack, 'Definition', { path: join(files, 'definition.json') });
      const role = (name: string) =>
        new Role(stack, name, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      const granted = role('Granted');
      bucket.grantReadWrite(granted, 'data/*');
      table.grantReadWriteData(granted);
      bus.grantPutEventsTo(granted);
      asset.grantRead(granted);
      const keyless = role('Keyless');
      keyless.addToPolicy(
        new PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects('*')] }),
      );
      new CfnOutput(stack, 'AssetBucket', { value: asset.s3BucketName });
      new CfnOutput(stack, 'AssetKey', { value: asset.s3ObjectKey });
      return stack;
    },
    [createS3, createDynamoDb, createEvents],
  );
});
afterAll(async () => {
  await running.dispose();
  rmSync(files, { recursive: true, force: true });
});

const clientOf = (role: string) => {
  const arn = running.find('AWS::IAM::Role', `Store/${role}/`).attributes['Arn'];
  return {
    endpoint: running.endpoint,
    region: running.cloud.region,
    credentials: running.cloud.credentials(arn, 'test'),
    maxAttempts: 1,
  };
};
const bucket = () => running.find('AWS::S3::Bucket').ref;

describe('services, policies and the gateway together', () => {
  it('let a role with grants write and read an encrypted bucket with the SDK', async () => {
    const s3 = new S3Client(clientOf('Granted'));
    const put = await s3.send(
      new PutObjectCommand({ Bucket: bucket(), Key: 'data/a b.json', Body: '{"a":1}' }),
    );
    expect(put.VersionId).toBeTruthy();
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket(), Key: 'data/a b.json' }));
    expect(await got.Body?.transformToString()).toBe('{"a":1}');
  });

  it('deny the same role what lies outside its prefix', async () => {
    const s3 = new S3Client(clientOf('Granted'));
    await expect(
      s3.send(new PutObjectCommand({ Bucket: bucket(), Key: 'other', Body: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringContaining('s3:PutObject') });
  });

  it('deny a role that may write to the bucket but may not use its key', async () => {
    const s3 = new S3Client(clientOf('Keyless'));
    await expect(
      s3.send(new PutObjectCommand({ Bucket: bucket(), Key: 'x', Body: 'x' })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('kms:GenerateDataKey'),
    });
  });

  it('let a role with grants write to the table and the bus, and deny one without', async () => {
    const TableName = running.find('AWS::DynamoDB::Table').ref;
    const EventBusName = running.find('AWS::Events::EventBus').ref;
    const put = (role: string) =>
      new DynamoDBClient(clientOf(role)).send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } }));
    const publish = (role: string) =>
      new EventBridgeClient(clientOf(role)).send(
        new PutEventsCommand({ Entries: [{ EventBusName, Source: 's', DetailType: 'd', Detail: '{}' }] }),
      );
    await put('Granted');
    expect((await publish('Granted')).FailedEntryCount).toBe(0);
    await expect(put('Keyless')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(publish('Keyless')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('serve file assets from the bootstrap bucket to whom they were granted', async () => {
    const { AssetBucket: Bucket, AssetKey: Key } = running.outputs('Store');
    expect(Bucket).toBe('cdk-hnb659fds-assets-123456789012-us-east-1');
    const got = await new S3Client(clientOf('Granted')).send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe('{"StartAt":"A"}');
    await expect(
      new S3Client(clientOf('Keyless')).send(new GetObjectCommand({ Bucket, Key })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('leave no problem behind', () => {
    expect(running.problems).toEqual([]);
  });
});
