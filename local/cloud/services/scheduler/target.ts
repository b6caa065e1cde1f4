import { type Caller, type Cloud, NotSupportedLocally, type Shape } from '../../types.ts';
import { parseArn } from '../common.ts';
import { canDeliverTo, type Delivery, deliverOnce } from '../messaging/index.ts';

/** A schedule's target as its template gives it. */
export interface ScheduleTarget {
  readonly arn: string;
  readonly roleArn: string;
  readonly input: string | undefined;
  /** Of the templated target `events`. */
  readonly eventBridge: { readonly DetailType: string; readonly Source: string } | undefined;
  readonly sqsGroup: string | undefined;
}
/** Values of the `<aws.scheduler.…>` attributes of one invocation. */
export interface Attempt {
  readonly scheduleArn: string;
  readonly scheduledAt: number;
  readonly executionId: string;
  readonly number: number;
}

const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/;
/** Names of AWS SDK services in universal targets, where they differ from the signing name. */
const SIGNING_NAME: Readonly<Record<string, string>> = {
  sfn: 'states',
  eventbridge: 'events',
  cloudwatch: 'monitoring',
  cloudwatchlogs: 'logs',
};

/** @throws NotSupportedLocally for a target that is not implemented */
export function checkTarget(arn: string): void {
  if (UNIVERSAL.test(arn) || (parseArn(arn).service !== 'scheduler' && canDeliverTo(arn))) return;
  throw new NotSupportedLocally(`Scheduler target ${arn}`);
}

/** Replaces the context attributes in an input. Time is ISO 8601 in seconds. */
export function withContext(input: string, attempt: Attempt): string {
  const time = new Date(attempt.scheduledAt).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': attempt.scheduleArn,
    'scheduled-time': time,
    'execution-id': attempt.executionId,
    'attempt-number': String(attempt.number),
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => values[name] ?? whole);
}

/** Calls the target once, with its role. @throws AwsError of the target */
export async function invoke(cloud: Cloud, delivery: Delivery, target: ScheduleTarget): Promise<void> {
  const [, sdk, action] = UNIVERSAL.exec(target.arn) ?? [];
  if (sdk !== undefined && action !== undefined) {
    const operation = action[0]!.toUpperCase() + action.slice(1);
    const caller = assume(cloud, delivery, target);
    await cloud.call(caller, SIGNING_NAME[sdk] ?? sdk, operation, JSON.parse(delivery.input || '{}'));
    return;
  }
  if (target.eventBridge) {
    const { DetailType, Source } = target.eventBridge;
    const Entries: Shape[] = [{ EventBusName: target.arn, DetailType, Source, Detail: delivery.input }];
    await cloud.call(assume(cloud, delivery, target), 'events', 'PutEvents', { Entries });
    return;
  }
  await deliverOnce(cloud, delivery);
}

const assume = (cloud: Cloud, delivery: Delivery, target: ScheduleTarget): Caller =>
  cloud.assume(target.roleArn, delivery.principal, 'scheduler', delivery.trustArn ?? delivery.sourceArn);
