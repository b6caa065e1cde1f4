import { gzipSync } from 'node:zlib';
import { AwsError, type Caller, type Cloud } from '../../types.ts';
import { parseArn } from '../common.ts';
import type { Undelivered } from '../internal.ts';
import type { LogEvent, LogGroup, Subscription } from './store.ts';

/** Lines wait so long for others, so that a thousand predictions make one delivery and not a thousand. */
export const BATCH_MS = 5_000;
/** Firehose takes records of 1,000 KiB at most; lines of 1 KB stay far below with so many. */
const BATCH_EVENTS = 500;

/** What CloudWatch Logs sends: gzip of this JSON. */
export function envelope(
  account: string,
  group: LogGroup,
  subscription: Subscription,
  events: readonly LogEvent[],
) {
  return {
    messageType: 'DATA_MESSAGE',
    owner: account,
    logGroup: group.name,
    logStream: events[0]!.stream,
    subscriptionFilters: [subscription.name],
    logEvents: events.map(({ id, timestamp, message }) => ({ id, timestamp, message })),
  };
}

async function send(cloud: Cloud, caller: Caller, arn: string, data: Buffer): Promise<void> {
  const { service, resource } = parseArn(arn);
  if (service === 'firehose') {
    const DeliveryStreamName = resource.split('/')[1];
    await cloud.call(caller, 'firehose', 'PutRecord', {
      DeliveryStreamName,
      Record: { Data: data.toString('base64') },
    });
    return;
  }
  const Payload = Buffer.from(JSON.stringify({ awslogs: { data: data.toString('base64') } }));
  await cloud.call(caller, 'lambda', 'Invoke', { FunctionName: arn, InvocationType: 'Event', Payload });
}

/** Sends what a subscription has gathered, one delivery per stream and batch. */
export async function flush(
  cloud: Cloud,
  group: LogGroup,
  subscription: Subscription,
  failed: (u: Undelivered) => void,
): Promise<void> {
  const pending = subscription.pending;
  subscription.pending = [];
  subscription.scheduled = false;
  const byStream = Map.groupBy(pending, (e) => e.stream);
  for (const events of byStream.values()) {
    for (let i = 0; i < events.length; i += BATCH_EVENTS) {
      const batch = envelope(cloud.account, group, subscription, events.slice(i, i + BATCH_EVENTS));
      try {
        await send(
          cloud,
          subscription.caller(),
          subscription.destinationArn,
          gzipSync(JSON.stringify(batch), { level: 1 }),
        );
      } catch (e) {
        if (!(e instanceof AwsError) || e.name === 'NotSupportedLocally') throw e;
        failed({
          at: cloud.clock.now(),
          from: `${group.arn}:${subscription.name}`,
          target: subscription.destinationArn,
          error: `${e.name}: ${e.message}`,
          deadLettered: false,
        });
        cloud.trace('logs', `subscription ${subscription.name} of ${group.name} failed: ${e.message}`);
      }
    }
  }
}
