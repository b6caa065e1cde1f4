import { AwsError, type Cloud } from '../../types.ts';
import type { Undelivered } from '../internal.ts';
import { type Delivery, deliverOnce } from './target.ts';

export interface RetryPolicy {
  /** After the first attempt. EventBridge's and Scheduler's default is 185. */
  readonly maxRetries: number;
  /** Default 24 hours. */
  readonly maxAgeSeconds: number;
}
export const DEFAULT_RETRY: RetryPolicy = { maxRetries: 185, maxAgeSeconds: 86_400 };

/** A template's retry policy, with AWS's defaults for what it leaves out. */
export function retryOf(
  policy:
    | { MaximumRetryAttempts?: number | undefined; MaximumEventAgeInSeconds?: number | undefined }
    | undefined,
): RetryPolicy {
  return {
    maxRetries: policy?.MaximumRetryAttempts ?? DEFAULT_RETRY.maxRetries,
    maxAgeSeconds: policy?.MaximumEventAgeInSeconds ?? DEFAULT_RETRY.maxAgeSeconds,
  };
}

/** Waits double from one second to an hour: AWS says "exponential back-off with jitter" and gives no numbers. */
export const backoffMs = (attempt: number): number => Math.min(1000 * 2 ** attempt, 3_600_000);

/** Only what may pass by itself is tried again: a missing permission or resource is not. */
export function retryable(error: unknown): boolean {
  if (!(error instanceof AwsError)) return false;
  return error.statusCode >= 500 || /Throttl|TooManyRequests|LimitExceeded|Unavailable/.test(error.name);
}

export interface Outcome {
  readonly delivered: boolean;
  readonly error?: Error;
  readonly attempts: number;
}

/** Delivers, waiting between attempts on the virtual clock. Defects of the simulator are thrown, not retried. */
export async function deliver(
  cloud: Cloud,
  delivery: Delivery,
  retry: RetryPolicy,
  once: (cloud: Cloud, delivery: Delivery) => Promise<void> = deliverOnce,
): Promise<Outcome> {
  const started = cloud.clock.now();
  for (let attempt = 0; ; attempt++) {
    try {
      await once(cloud, delivery);
      return { delivered: true, attempts: attempt + 1 };
    } catch (error) {
      if (!(error instanceof AwsError) || error.name === 'NotSupportedLocally') throw error;
      const next = cloud.clock.now() + backoffMs(attempt);
      const over = attempt >= retry.maxRetries || next > started + retry.maxAgeSeconds * 1000;
      if (over || !retryable(error)) return { delivered: false, error, attempts: attempt + 1 };
      await cloud.clock.sleep(backoffMs(attempt), `retry of ${delivery.sourceArn}`);
    }
  }
}

/** Where a failed delivery goes: the dead-letter queue if there is one, and a list that tests and reports read. */
export async function giveUp(
  cloud: Cloud,
  delivery: Delivery,
  outcome: Outcome,
  deadLetterArn: string | undefined,
): Promise<Undelivered> {
  const error = outcome.error ?? new Error('unknown');
  const said = `${error.name}: ${error.message}`;
  let deadLettered = false;
  if (deadLetterArn !== undefined) {
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    const letter = {
      QueueUrl: `${cloud.endpoint}/${cloud.account}/${deadLetterArn.split(':').at(-1)}`,
      MessageBody: delivery.input,
      MessageAttributes: {
        RULE_ARN: attribute(delivery.sourceArn),
        TARGET_ARN: attribute(delivery.target.arn),
        ERROR_CODE: attribute(error.name),
        ERROR_MESSAGE: attribute(error.message),
        RETRY_ATTEMPTS: attribute(String(outcome.attempts - 1)),
      },
    };
    const { principal, sourceArn, trustArn = sourceArn, target } = delivery;
    try {
      // Scheduler writes to its queue with the schedule's role, EventBridge by itself.
      const caller =
        principal === 'scheduler.amazonaws.com' && target.roleArn !== undefined
          ? cloud.assume(target.roleArn, principal, 'scheduler', trustArn)
          : ({ kind: 'service', principal, sourceArn } as const);
      await cloud.call(caller, 'sqs', 'SendMessage', letter);
      deadLettered = true;
    } catch (e) {
      if (!(e instanceof AwsError)) throw e;
      cloud.trace('delivery', `dead letter of ${sourceArn} was refused: ${e.message}`);
    }
  }
  cloud.trace('delivery', `${delivery.sourceArn} → ${delivery.target.arn} failed: ${said}`);
  const { sourceArn: from, target } = delivery;
  return { at: cloud.clock.now(), from, target: target.arn, error: said, deadLettered };
}
