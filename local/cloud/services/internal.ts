import type { Cloud, Service } from '../types.ts';

/** What services of this cloud offer each other beside their APIs: AWS services know each other without IAM too. */

/** An event as rules and targets see it. `time` is ISO 8601 without milliseconds, as EventBridge writes it. */
export interface CloudEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What an AWS service announces on the default bus; id, account, time and region are filled in. */
export interface ServiceEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventsService extends Service {
  /** Puts an event of an AWS service on the default bus. Matching is at once; deliveries are spawned on the clock. */
  emit(event: ServiceEvent): void;
  /** Hears every event of every bus, before its rules do. Returns the way to stop hearing. */
  onEvent(listener: (event: CloudEvent, busName: string) => void): () => void;
  /** Deliveries that failed for good, dead-lettered or not. */
  readonly undelivered: readonly Undelivered[];
}

/** A delivery that no target took, after all retries. {@link undelivered} has those of all services. */
export interface Undelivered {
  /** Virtual epoch milliseconds. */
  readonly at: number;
  /** ARN of the rule, schedule or subscription. */
  readonly from: string;
  readonly target: string;
  readonly error: string;
  readonly deadLettered: boolean;
}

export interface SchedulerService extends Service {
  readonly undelivered: readonly Undelivered[];
}

export interface FirehoseService extends Service {
  readonly undelivered: readonly Undelivered[];
}

export interface LogsService extends Service {
  readonly undelivered: readonly Undelivered[];
  /**
   * Lines that a function printed, in order, of one virtual instant. Creates group and stream if they do not exist.
   * @param at virtual epoch milliseconds; now if left out
   */
  ingest(logGroup: string, stream: string, lines: readonly string[], at?: number): void;
}

export interface S3Service extends Service {
  /** Bytes of an object, without authorisation. @throws AwsError NoSuchBucket, NoSuchKey, NoSuchVersion */
  getBytes(bucket: string, key: string, versionId?: string): Buffer;
  /** Writes an object without authorisation, and returns its VersionId. @throws AwsError NoSuchBucket */
  putBytes(bucket: string, key: string, bytes: Uint8Array | string): string;
  /**
   * A fault: flips a bit in the middle of the current version. Size, ETag and checksums stay those of what was
   * written. @throws AwsError NoSuchBucket, NoSuchKey
   */
  corrupt(bucket: string, key: string): void;
}

/** An email that a topic would have sent. */
export interface Email {
  readonly at: number;
  readonly topicArn: string;
  readonly to: string;
  readonly subject: string;
  readonly message: string;
}
export interface SnsService extends Service {
  readonly undelivered: readonly Undelivered[];
  /** Emails sent so far, oldest first. */
  readonly emails: readonly Email[];
  onEmail(listener: (email: Email) => void): () => void;
}

/** What the messaging services tell CloudWatch. */
export interface MetricSink extends Service {
  record?(
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
    unit: string,
    atMs: number,
  ): void;
  ingestEmf?(doc: object, atMs: number): void;
}

const SENDERS = ['events', 'scheduler', 'sns', 'logs', 'firehose'];

/** What got lost on its way in the whole cloud, oldest first. An honest run has none but those it means to have. */
export function undelivered(cloud: Cloud): Undelivered[] {
  const all = SENDERS.flatMap((name) => cloud.service<EventsService>(name).undelivered);
  return all.toSorted((a, b) => a.at - b.at);
}
