import { type Access, AwsError, type Caller, type Cloud, type Shape } from '../../types.ts';
import { parseArn } from '../common.ts';
import type { Invocation, Invoker } from './invoker.ts';
import { qualifiedArn } from './names.ts';
import { DEFAULT_INVOKE_CONFIG, type InvokeConfig, type Target } from './records.ts';
import { recordFigures } from './telemetry.ts';

/** Lambda waits one minute before the first retry of a failed asynchronous invocation and two before the second. */
const RETRY_MS = [60_000, 120_000] as const;
/** Throttled events are tried again after 1 s, then twice as long each time, up to 5 minutes. */
const THROTTLED_FIRST_MS = 1_000;
const THROTTLED_MOST_MS = 300_000;

/** How an asynchronous invocation ended for good. */
interface End {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  readonly attempts: number;
  readonly last: Invocation | undefined;
}

/** Runs asynchronous invocations in virtual time, with Lambda's retries, destinations and dead-letter queue. */
export class AsyncInvoker {
  readonly #cloud: Cloud;
  readonly #invoker: Invoker;

  constructor(cloud: Cloud, invoker: Invoker) {
    this.#cloud = cloud;
    this.#invoker = invoker;
  }

  /** @param again draws the version anew for each attempt, as an alias does */
  accept(target: Target, payload: Buffer, again: () => Target): void {
    recordFigures(this.#cloud, target, [{ name: 'AsyncEventsReceived', value: 1, unit: 'Count' }]);
    this.#cloud.clock.spawn(`${target.fn.name} (asynchronous)`, async () => {
      const config = target.fn.invokeConfigs.get(target.qualifier ?? '$LATEST') ?? DEFAULT_INVOKE_CONFIG;
      const end = await this.#attempts(payload, config, again);
      await this.#deliver(target, payload, config, end);
    });
  }

  async #attempts(payload: Buffer, config: InvokeConfig, again: () => Target): Promise<End> {
    const began = this.#cloud.clock.now();
    let attempts = 0;
    let throttledMs = THROTTLED_FIRST_MS;
    let last: Invocation | undefined;
    for (;;) {
      if (this.#cloud.clock.now() - began > config.maximumEventAge * 1000)
        return { condition: 'EventAgeExceeded', attempts, last };
      try {
        last = await this.#invoker.invoke(again(), payload);
        attempts++;
        if (!last.failed) return { condition: 'Success', attempts, last };
        if (attempts > config.maximumRetryAttempts) return { condition: 'RetriesExhausted', attempts, last };
        await this.#cloud.clock.sleep(RETRY_MS[attempts - 1] ?? RETRY_MS[1], 'asynchronous retry');
      } catch (error) {
        if (!(error instanceof AwsError) || error.name !== 'TooManyRequestsException') throw error;
        await this.#cloud.clock.sleep(throttledMs, 'asynchronous invocation throttled');
        throttledMs = Math.min(throttledMs * 2, THROTTLED_MOST_MS);
      }
    }
  }

  async #deliver(target: Target, payload: Buffer, config: InvokeConfig, end: End): Promise<void> {
    const success = end.condition === 'Success';
    if (!success)
      recordFigures(this.#cloud, target, [{ name: 'AsyncEventsDropped', value: 1, unit: 'Count' }]);
    const destination = success ? config.onSuccess : config.onFailure;
    const deadLetter = target.version.config.deadLetter;
    if (destination)
      await this.#send(
        target,
        destination,
        record(this.#cloud, target, payload, end),
        'DestinationDeliveryFailures',
      );
    if (!success && deadLetter)
      await this.#send(target, deadLetter, JSON.parse(payload.toString()), 'DeadLetterErrors');
  }

  async #send(target: Target, arn: string, body: Shape, failureMetric: string): Promise<void> {
    const caller: Caller = { kind: 'role', roleArn: target.version.config.role, session: target.fn.name };
    try {
      await deliverTo(this.#cloud, caller, arn, body);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#cloud.trace('lambda', `${target.fn.name} could not deliver to ${arn}: ${error.message}`);
      recordFigures(this.#cloud, target, [{ name: failureMetric, value: 1, unit: 'Count' }]);
    }
  }
}

/** The invocation record that destinations get. */
function record(cloud: Cloud, target: Target, payload: Buffer, { condition, attempts, last }: End): Shape {
  return {
    version: '1.0',
    timestamp: cloud.clock.iso(),
    requestContext: {
      requestId: last?.requestId,
      functionArn: qualifiedArn(target.fn.arn, target.qualifier ?? '$LATEST'),
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload.toString()),
    ...(last && {
      responseContext: {
        statusCode: 200,
        executedVersion: last.version,
        ...(last.failed ? { functionError: 'Unhandled' } : {}),
      },
      responsePayload: JSON.parse(last.payload.toString()),
    }),
  };
}

/** Sends one document to a queue, topic, function or bus as `caller`. */
async function deliverTo(cloud: Cloud, caller: Caller, arn: string, body: Shape): Promise<void> {
  const { service, resource } = parseArn(arn);
  const text = JSON.stringify(body);
  switch (service) {
    case 'sqs': {
      const QueueUrl = `${cloud.endpoint}/${cloud.account}/${resource}`;
      await cloud.call(caller, 'sqs', 'SendMessage', { QueueUrl, MessageBody: text });
      return;
    }
    case 'sns':
      await cloud.call(caller, 'sns', 'Publish', { TopicArn: arn, Message: text });
      return;
    case 'lambda':
      await cloud.call(caller, 'lambda', 'Invoke', {
        FunctionName: arn,
        InvocationType: 'Event',
        Payload: text,
      });
      return;
    case 'events': {
      const Entries = [
        {
          Source: 'lambda',
          DetailType: 'Lambda Function Invocation Result',
          Detail: text,
          EventBusName: arn,
        },
      ];
      await cloud.call(caller, 'events', 'PutEvents', { Entries });
      return;
    }
    default:
      throw new AwsError('InvalidParameterValueException', `${arn} cannot be a destination`);
  }
}

/** What the role of a function needs to deliver to `arn`; Lambda checks it when the destination is configured. */
export function deliveryAccess(arn: string): Access {
  const actions: Readonly<Record<string, string>> = {
    sqs: 'sqs:SendMessage',
    sns: 'sns:Publish',
    lambda: 'lambda:InvokeFunction',
    events: 'events:PutEvents',
  };
  const { service } = parseArn(arn);
  const action = actions[service];
  if (!action) throw new AwsError('InvalidParameterValueException', `${arn} cannot be a destination`);
  return { action, resource: arn };
}
