import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export { getBytes, getJson, type ObjectStore, type Pin, type Put, putOnce, sha256 } from './objects.ts';

/**
 * The SDK waits for ever by default. A connection within a region is made in milliseconds and an API answers within
 * seconds; three attempts in all are the SDK's standard mode.
 */
const options = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;
/** Objects may be hundreds of megabytes: silence for this long, not the whole transfer, is the time-out. */
const bulk = {
  ...options,
  requestHandler: { ...options.requestHandler, requestTimeout: 120_000, socketTimeout: 30_000 },
} as const;

// Factories, so that a bundle holds only the clients its function makes.
export const s3Client = () => new S3Client(bulk);
export const eventsClient = () => new EventBridgeClient(options);
export const statesClient = () => new SFNClient(options);
export const logsClient = () => new CloudWatchLogsClient(options);
export const cloudWatchClient = () => new CloudWatchClient(options);
/** Direct invocations answer when the function does: 30 s is the longest an inference function may run. */
export const lambdaClient = () =>
  new LambdaClient({ ...options, requestHandler: { ...options.requestHandler, requestTimeout: 35_000 } });
/** The registry as plain objects. */
export const registryClient = () =>
  DynamoDBDocumentClient.from(new DynamoDBClient(options), {
    marshallOptions: { removeUndefinedValues: true },
  });
