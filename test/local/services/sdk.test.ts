import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, openGateway } from '../../../local/cloud/gateway/server.ts';
import { createDynamoDb } from '../../../local/cloud/services/dynamodb/index.ts';
import { createEvents } from '../../../local/cloud/services/events/index.ts';
import { createLogs } from '../../../local/cloud/services/logs/index.ts';
import { createS3 } from '../../../local/cloud/services/s3/index.ts';
import { type FakeCloud, fakeCloud, ROLE, START } from '../fake-cloud.ts';

const logs = createLogs();
const services = [createS3(), createDynamoDb(), createEvents(), logs];
const cloud: FakeCloud = {
  ...fakeCloud(services),
  identify: () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't', caller: ROLE }),
};
const problems: unknown[] = [];
let gateway: Gateway;
let Bucket: string;
let s3: S3Client;
const client = () => ({
  endpoint: gateway.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  maxAttempts: 1,
});

beforeAll(async () => {
  const to = {
    find: (name: string) => services.find((s) => s.name === name),
    requestId: () => 'request',
    problem: (e: unknown) => problems.push(e),
  };
  gateway = await openGateway(() => cloud, to, []);
  await logs.start?.(cloud);
  Bucket = (
    await cloud.create('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } }, 'bucket')
  ).ref;
  s3 = new S3Client(client());
});
afterAll(async () => {
  await gateway.stop();
  for (const s of services) await s.stop?.();
  expect(problems).toEqual([]);
});

describe('the S3 client', () => {
  it('writes and reads bytes, metadata and checksums', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256);
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a/ü b+c&d.bin',
        Body: bytes,
        ContentType: 'application/x-test',
        Metadata: { origin: 'here' },
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    expect(put.ChecksumSHA256).toBeTruthy();
    const got = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'a/ü b+c&d.bin', ChecksumMode: 'ENABLED' }),
    );
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true);
    expect(got).toMatchObject({
      ContentType: 'application/x-test',
      Metadata: { origin: 'here' },
      VersionId: put.VersionId,
      ETag: put.ETag,
      LastModified: new Date(START),
    });
  });

  it('streams a body in chunks with a trailing checksum', async () => {
    async function* parts() {
      yield Buffer.from('hello ');
      yield Buffer.from('world');
    }
    const { Readable } = await import('node:stream');
    const Body = Readable.from(parts());
    await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: 11 }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'streamed' }));
    expect(await got.Body?.transformToString()).toBe('hello world');
    expect(got.ContentEncoding).toBeUndefined();
  });

  it('sees errors by their names', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' }));
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'y', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'no-bucket', Key: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('lists keys, versions and prefixes', async () => {
    for (const Key of ['list/1<&>', 'list/2', 'list/x/3']) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    }
    await s3.send(new PutObjectCommand({ Bucket, Key: 'list/2', Body: 'again' }));
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 2 }),
    );
    expect(page.Contents?.map((c) => c.Key)).toEqual(['list/1<&>', 'list/2']);
    const next = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'list/',
        Delimiter: '/',
        ContinuationToken: page.NextContinuationToken,
      }),
    );
    expect(next.CommonPrefixes).toEqual([{ Prefix: 'list/x/' }]);
    const versions = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'list/2' }));
    expect(versions.Versions?.map((v) => [v.Size, v.IsLatest])).toEqual([
      [5, true],
      [6, false],
    ]);
  });

  it('copies, uploads in parts, reads ranges and deletes many', async () => {
    const Key = 'big';
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (const [i, Body] of ['0123456789', 'abc'].entries()) {
      const part = { Bucket, Key, UploadId, PartNumber: i + 1, Body };
      const { ETag } = await s3.send(new UploadPartCommand(part));
      Parts.push({ PartNumber: i + 1, ETag });
    }
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const copy = await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` }),
    );
    expect(copy.CopyObjectResult?.ETag).toBeTruthy();
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'copy', Range: 'bytes=8-11' }));
    expect(await part.Body?.transformToString()).toBe('89ab');
    const gone = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'copy' }] } }),
    );
    expect(gone.Deleted?.map((d) => [d.Key, d.DeleteMarker])).toEqual([
      [Key, true],
      ['copy', true],
    ]);
  });
});

it('the DynamoDB document client sees why a transaction was cancelled', async () => {
  const { ref: TableName } = await cloud.create('AWS::DynamoDB::Table', {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  const db = DynamoDBDocumentClient.from(new DynamoDBClient(client()));
  const put = () =>
    db.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName,
              Item: { pk: 'a', n: 1.5, list: ['x', true, null] },
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      }),
    );
  await put();
  const { Item } = await db.send(new GetCommand({ TableName, Key: { pk: 'a' } }));
  expect(Item).toEqual({ pk: 'a', n: 1.5, list: ['x', true, null] });
  await expect(put()).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { n: { N: '1.5' } } }],
  });
});

it('the EventBridge client puts events with a time of their own', async () => {
  const heard: string[] = [];
  const events = services[2] as ReturnType<typeof createEvents>;
  const stop = events.onEvent((e) => heard.push(e.time));
  const out = await new EventBridgeClient(client()).send(
    new PutEventsCommand({
      Entries: [{ Source: 's', DetailType: 'd', Detail: '{}', Time: new Date(START + 5000) }],
    }),
  );
  stop();
  expect(out.FailedEntryCount).toBe(0);
  expect(heard).toEqual(['2026-11-16T00:00:05Z']);
});

it('the CloudWatch Logs client finds what was printed', async () => {
  logs.ingest('/group', 'stream', ['{"event":"prediction","n":1}', 'noise']);
  const found = await new CloudWatchLogsClient(client()).send(
    new FilterLogEventsCommand({ logGroupName: '/group', filterPattern: '{ $.n = 1 }', startTime: START }),
  );
  expect(found.events).toMatchObject([{ logStreamName: 'stream', timestamp: START }]);
});
