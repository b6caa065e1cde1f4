import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createFirehose } from '../../../local/cloud/services/firehose/index.ts';
import { evaluatePrefix } from '../../../local/cloud/services/firehose/prefix.ts';
import { createLogs } from '../../../local/cloud/services/logs/index.ts';
import { createS3 } from '../../../local/cloud/services/s3/index.ts';
import { fakeCloud, ROLE, START } from '../fake-cloud.ts';

const RoleARN = 'arn:aws:iam::123456789012:role/firehose';
const forLogs = {
  CompressionFormat: 'GZIP',
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      { Type: 'Decompression', Parameters: [{ ParameterName: 'CompressionFormat', ParameterValue: 'GZIP' }] },
      {
        Type: 'CloudWatchLogProcessing',
        Parameters: [{ ParameterName: 'DataMessageExtraction', ParameterValue: 'true' }],
      },
      {
        Type: 'AppendDelimiterToRecord',
        Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
      },
    ],
  },
};

async function stream(destination: object = {}) {
  const s3 = createS3();
  const firehose = createFirehose();
  const logs = createLogs();
  const cloud = fakeCloud([s3, firehose, logs]);
  const { ref: bucket } = await cloud.create('AWS::S3::Bucket', {}, 'bucket');
  await cloud.create('AWS::KinesisFirehose::DeliveryStream', {
    DeliveryStreamType: 'DirectPut',
    DeliveryStreamName: 'predictions',
    ExtendedS3DestinationConfiguration: {
      BucketARN: `arn:aws:s3:::${bucket}`,
      RoleARN,
      Prefix: 'predictions/fraud/dt=!{timestamp:yyyy-MM-dd}/',
      ErrorOutputPrefix: 'errors/fraud/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
      BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
      ...destination,
    },
  });
  const put = (data: Buffer | string) =>
    cloud.call(ROLE, 'firehose', 'PutRecord', {
      DeliveryStreamName: 'predictions',
      Record: { Data: Buffer.from(data).toString('base64') },
    });
  const objects = async (): Promise<{ key: string; bytes: Buffer }[]> => {
    const { Contents } = await cloud.root('s3', 'ListObjectsV2', { Bucket: bucket });
    return Contents.map(({ Key }: { Key: string }) => ({ key: Key, bytes: s3.getBytes(bucket, Key) }));
  };
  return { cloud, firehose, put, objects };
}
const logEnvelope = (...messages: string[]) =>
  gzipSync(
    JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents: messages.map((message) => ({ message })) }),
  );

describe('a delivery stream', () => {
  it('writes one object after its interval, under the day of its oldest record, in its role', async () => {
    const { cloud, put, objects } = await stream();
    await cloud.clock.advanceTo(START + 86_370_000);
    await put('one\n');
    await cloud.clock.advanceTo(START + 86_410_000);
    await put('two\n');
    expect(await objects()).toEqual([]);
    await cloud.clock.advanceTo(START + 86_430_000);
    const [object, ...more] = await objects();
    expect(more).toEqual([]);
    expect(object?.key).toMatch(/^predictions\/fraud\/dt=2026-11-16\/predictions-1-2026-11-16-23-59-30-/);
    expect(object?.bytes.toString()).toBe('one\ntwo\n');
    expect(cloud.asked.find((a) => a.action === 's3:PutObject')?.caller).toMatchObject({ roleArn: RoleARN });
  });

  it('writes at once when its buffer is full', async () => {
    const { cloud, put, objects } = await stream();
    await put('x'.repeat(600_000));
    await put('x'.repeat(600_000));
    await cloud.clock.advanceTo(START);
    expect((await objects())[0]?.bytes).toHaveLength(1_200_000);
  });

  it('takes the messages out of CloudWatch Logs data, one a line, and gzips the object', async () => {
    const { cloud, put, objects } = await stream(forLogs);
    await put(logEnvelope('{"event":"prediction"}', '{"event":"outcome"}'));
    await put(gzipSync(JSON.stringify({ messageType: 'CONTROL_MESSAGE', logEvents: [{ message: 'x' }] })));
    await cloud.clock.advanceTo(START + 60_000);
    const [object] = await objects();
    expect(object?.key).toMatch(/\.gz$/);
    expect(gunzipSync(object!.bytes).toString()).toBe('{"event":"prediction"}\n{"event":"outcome"}\n');
  });

  it('puts what it cannot process under the error prefix', async () => {
    const { cloud, put, objects } = await stream({ ...forLogs, CompressionFormat: 'UNCOMPRESSED' });
    await put('not gzip');
    await cloud.clock.advanceTo(START + 60_000);
    const [object] = await objects();
    expect(object?.key).toMatch(/^errors\/fraud\/processing-failed\/2026-11-16\//);
    const { rawData } = JSON.parse(object!.bytes.toString());
    expect(Buffer.from(rawData, 'base64').toString()).toBe('not gzip');
  });

  it('remembers what it may not write, and says so in its error log', async () => {
    const CloudWatchLoggingOptions = { Enabled: true, LogGroupName: 'errors', LogStreamName: 's3' };
    const { cloud, firehose, put } = await stream({ CloudWatchLoggingOptions });
    await cloud.create('AWS::Logs::LogGroup', { LogGroupName: 'errors' });
    await cloud.create('AWS::Logs::LogStream', { LogGroupName: 'errors', LogStreamName: 's3' });
    cloud.denied.add('s3:PutObject');
    await put('one');
    await cloud.clock.advanceTo(START + 60_000);
    expect(firehose.undelivered).toMatchObject([{ error: expect.stringContaining('AccessDenied') }]);
    const { events } = await cloud.root('logs', 'FilterLogEvents', { logGroupName: 'errors' });
    expect(JSON.parse(events[0].message)).toMatchObject({ errorCode: 'S3.AccessDenied' });
  });

  it('refuses a processor that is not implemented', async () => {
    const ProcessingConfiguration = { Enabled: true, Processors: [{ Type: 'Lambda' }] };
    await expect(stream({ ProcessingConfiguration })).rejects.toThrow('Firehose processor Lambda');
  });
});

it('adds year, month, day and hour behind a prefix without a time', () => {
  const context = { at: START, randomString: () => 'r' };
  expect(evaluatePrefix('a/!{firehose:random-string}/', context)).toBe('a/r/2026/11/16/00/');
  expect(() => evaluatePrefix('!{partitionKeyFromQuery:x}', context)).toThrow('partitionKeyFromQuery');
});
