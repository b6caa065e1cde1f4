import { gzipSync } from 'node:zlib';
import { AwsError, type Cloud, type Operation, type Shape } from '../../types.ts';
import type { FirehoseService, Undelivered } from '../internal.ts';
import { backoffMs, retryable } from '../messaging/index.ts';
import { evaluatePrefix, formatTime } from './prefix.ts';
import { processRecord } from './process.ts';
import { type DeliveryStream, streamType } from './resources.ts';

const PRINCIPAL = 'firehose.amazonaws.com';
/** Firehose tries S3 for 24 hours, then drops the data. */
const MAX_AGE_MS = 86_400_000;
/** Limits of one record and of one batch. */
const MAX_RECORD_BYTES = 1000 * 1024;
const MAX_BATCH = 500;

interface Buffered {
  records: Buffer[];
  bytes: number;
  since: number;
  timer: { cancel(): void } | undefined;
}

/** Firehose: direct puts to S3, buffered by size and time, with the processors that CloudWatch Logs data needs. */
export function createFirehose(): FirehoseService {
  const streams = new Map<string, DeliveryStream>();
  const buffers = new Map<DeliveryStream, Buffered>();
  const undelivered: Undelivered[] = [];

  /** @throws AwsError ResourceNotFoundException */
  const streamOf = (name: string): DeliveryStream => {
    const found = streams.get(name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Firehose ${name} not found.`);
  };

  const write = async (
    cloud: Cloud,
    stream: DeliveryStream,
    body: Buffer,
    at: number,
    errorType?: string,
  ) => {
    const prefix = errorType === undefined ? stream.prefix : stream.errorPrefix;
    const context = {
      at,
      randomString: () => cloud.random.hex(11),
      ...(errorType === undefined ? {} : { errorType }),
    };
    const name = `${stream.name}-1-${formatTime('yyyy-MM-dd-HH-mm-ss', at)}-${cloud.random.uuid()}`;
    const input = {
      Bucket: stream.bucket,
      Key: `${evaluatePrefix(prefix, context)}${name}${errorType === undefined ? stream.extension : ''}`,
      // Level 1: the rehearsal writes and reads each object once.
      Body: stream.gzip ? gzipSync(body, { level: 1 }) : body,
      ...(stream.kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: stream.kmsKey }),
    };
    const started = cloud.clock.now();
    for (let attempt = 0; ; attempt++) {
      try {
        const caller = cloud.assume(stream.roleArn, PRINCIPAL, 'firehose', stream.arn);
        await cloud.call(caller, 's3', 'PutObject', input);
        return;
      } catch (e) {
        if (!(e instanceof AwsError)) throw e;
        const at = cloud.clock.now();
        if (!retryable(e) || at + backoffMs(attempt) > started + MAX_AGE_MS) {
          const error = `${e.name}: ${e.message}`;
          undelivered.push({
            at,
            from: stream.arn,
            target: `s3://${input.Bucket}/${input.Key}`,
            error,
            deadLettered: false,
          });
          cloud.trace('firehose', `${stream.name} could not write ${input.Key}: ${error}`);
          await logError(cloud, stream, e);
          return;
        }
        await cloud.clock.sleep(backoffMs(attempt), `retry of ${stream.name}`);
      }
    }
  };

  const flush = (cloud: Cloud, stream: DeliveryStream): void => {
    const buffer = buffers.get(stream);
    if (!buffer) return;
    buffers.delete(stream);
    buffer.timer?.cancel();
    cloud.clock.after(0, `${stream.name} to S3`, () =>
      write(cloud, stream, Buffer.concat(buffer.records, buffer.bytes), buffer.since),
    );
  };

  const add = (cloud: Cloud, stream: DeliveryStream, data: Buffer): void => {
    let records: Buffer[];
    try {
      records = processRecord(data, stream.processing);
    } catch (e) {
      const failed = {
        rawData: data.toString('base64'),
        errorCode: 'ProcessingFailed',
        errorMessage: (e as Error).message,
        arrivalTimestamp: cloud.clock.now(),
      };
      const body = Buffer.from(`${JSON.stringify(failed)}\n`);
      cloud.clock.after(0, `${stream.name} errors to S3`, () =>
        write(cloud, stream, body, cloud.clock.now(), 'processing-failed'),
      );
      return;
    }
    if (records.length === 0) return;
    let buffer = buffers.get(stream);
    if (!buffer) {
      buffer = { records: [], bytes: 0, since: cloud.clock.now(), timer: undefined };
      buffers.set(stream, buffer);
      buffer.timer = cloud.clock.after(stream.bufferMs, `buffer of ${stream.name}`, () =>
        flush(cloud, stream),
      );
    }
    for (const record of records) {
      buffer.records.push(record);
      buffer.bytes += record.length;
    }
    if (buffer.bytes >= stream.bufferBytes) flush(cloud, stream);
  };

  const accept = (cloud: Cloud, stream: DeliveryStream, record: Shape): Shape => {
    const data = Buffer.from(record.Data, 'base64');
    if (data.length > MAX_RECORD_BYTES) {
      throw new AwsError(
        'InvalidArgumentException',
        `a record has ${MAX_RECORD_BYTES} bytes at most, not ${data.length}`,
      );
    }
    add(cloud, stream, data);
    return { RecordId: cloud.random.hex(56), Encrypted: false };
  };
  const access =
    (action: string): Operation['access'] =>
    (input) => [{ action: `firehose:${action}`, resource: streamOf(input.DeliveryStreamName).arn }];

  return {
    name: 'firehose',
    protocol: 'json',
    operations: {
      PutRecord: {
        access: access('PutRecord'),
        run: (input, { cloud }) => accept(cloud, streamOf(input.DeliveryStreamName), input.Record),
      },
      PutRecordBatch: {
        access: access('PutRecordBatch'),
        run: (input, { cloud }) => {
          if (input.Records.length > MAX_BATCH) {
            throw new AwsError('InvalidArgumentException', `a batch has ${MAX_BATCH} records at most`);
          }
          const stream = streamOf(input.DeliveryStreamName);
          const RequestResponses = input.Records.map((r: Shape) => accept(cloud, stream, r));
          return { FailedPutCount: 0, Encrypted: false, RequestResponses };
        },
      },
      DescribeDeliveryStream: {
        access: access('DescribeDeliveryStream'),
        run: (input) => {
          const { name, arn } = streamOf(input.DeliveryStreamName);
          return {
            DeliveryStreamDescription: {
              DeliveryStreamName: name,
              DeliveryStreamARN: arn,
              DeliveryStreamStatus: 'ACTIVE',
            },
          };
        },
      },
    },
    resources: [
      streamType((cloud, stream) => {
        // Firehose assumes the role when the stream is made: a wrong trust policy fails the deployment.
        cloud.assume(stream.roleArn, PRINCIPAL, 'firehose', stream.arn);
        streams.set(stream.name, stream);
      }),
    ],
    undelivered,
  };
}

/** The error log that Firehose itself keeps, where the stream has one and its role may write it. */
async function logError(cloud: Cloud, stream: DeliveryStream, error: AwsError): Promise<void> {
  if (!stream.errorLog) return;
  const message = JSON.stringify({
    deliveryStreamARN: stream.arn,
    destination: `arn:aws:s3:::${stream.bucket}`,
    errorCode: `S3.${error.name}`,
    message: error.message,
  });
  const logEvents = [{ timestamp: cloud.clock.now(), message }];
  try {
    const caller = cloud.assume(stream.roleArn, PRINCIPAL, 'firehose', stream.arn);
    await cloud.call(caller, 'logs', 'PutLogEvents', { ...stream.errorLog, logEvents });
  } catch (e) {
    if (!(e instanceof AwsError)) throw e;
    cloud.trace('firehose', `${stream.name} could not log its error: ${e.message}`);
  }
}
