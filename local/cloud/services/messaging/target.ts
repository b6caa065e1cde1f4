import type { Caller, Cloud, Shape } from '../../types.ts';
import { parseArn } from '../common.ts';

/** A place that EventBridge, Scheduler or SNS delivers to, with the parameters of its kind. */
export interface Target {
  readonly arn: string;
  /** Assumed for the call; without it the service calls by itself, and the target's resource policy decides. */
  readonly roleArn?: string | undefined;
  readonly sqsGroup?: string | undefined;
}
export interface Delivery {
  readonly target: Target;
  /** e.g. `events.amazonaws.com` */
  readonly principal: string;
  /** The rule, schedule or topic. */
  readonly sourceArn: string;
  /** `aws:SourceArn` when the role is assumed, where it is not the source itself: Scheduler names the schedule's group. */
  readonly trustArn?: string;
  /** JSON or text. */
  readonly input: string;
}

/** Service name in an ARN of a target, and how the call that delivers to it is made. */
type Send = (cloud: Cloud, caller: Caller, delivery: Delivery) => Promise<unknown>;

const queueUrl = (cloud: Cloud, arn: string): string =>
  `${cloud.endpoint}/${cloud.account}/${parseArn(arn).resource}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const SENDERS: Readonly<Record<string, Send>> = {
  states: (cloud, caller, { target, input }) =>
    cloud.call(caller, 'states', 'StartExecution', { stateMachineArn: target.arn, input }),
  lambda: (cloud, caller, { target, input }) =>
    cloud.call(caller, 'lambda', 'Invoke', {
      FunctionName: target.arn,
      InvocationType: 'Event',
      Payload: Buffer.from(input),
    }),
  sns: (cloud, caller, { target, input }) =>
    cloud.call(caller, 'sns', 'Publish', { TopicArn: target.arn, Message: input }),
  sqs: (cloud, caller, { target, input }) =>
    cloud.call(caller, 'sqs', 'SendMessage', {
      QueueUrl: queueUrl(cloud, target.arn),
      MessageBody: input,
      ...(target.sqsGroup === undefined ? {} : { MessageGroupId: target.sqsGroup }),
    }),
  firehose: (cloud, caller, { target, input }) =>
    cloud.call(caller, 'firehose', 'PutRecord', {
      DeliveryStreamName: parseArn(target.arn).resource.split('/')[1],
      Record: { Data: base64(input) },
    }),
  logs: async (cloud, caller, { target, input }) => {
    const logGroupName = parseArn(target.arn)
      .resource.replace(/^log-group:/, '')
      .replace(/:\*$/, '');
    const logStreamName = 'events';
    const at = { logGroupName, logStreamName };
    await cloud.call(caller, 'logs', 'CreateLogStream', at).catch((e: Error) => {
      if (e.name !== 'ResourceAlreadyExistsException') throw e;
    });
    const logEvents = [{ timestamp: cloud.clock.now(), message: input }];
    await cloud.call(caller, 'logs', 'PutLogEvents', { ...at, logEvents });
  },
  events: async (cloud, caller, { target, input }) => {
    const event = JSON.parse(input) as Shape;
    await cloud.call(caller, 'events', 'PutEvents', {
      Entries: [
        {
          EventBusName: target.arn,
          Source: event.source,
          DetailType: event['detail-type'],
          Detail: JSON.stringify(event.detail),
          Resources: event.resources,
        },
      ],
    });
  },
};

/** Whether deliveries to this ARN are implemented. */
export const canDeliverTo = (arn: string): boolean => parseArn(arn).service in SENDERS;

/** One attempt. @throws AwsError of the target, AccessDenied when the role is not trusted or lacks the permission */
export async function deliverOnce(cloud: Cloud, delivery: Delivery): Promise<void> {
  const { target, principal, sourceArn, trustArn = sourceArn } = delivery;
  const send = SENDERS[parseArn(target.arn).service];
  if (!send) throw new Error(`no delivery to ${target.arn}`);
  const caller: Caller =
    target.roleArn === undefined
      ? { kind: 'service', principal, sourceArn }
      : cloud.assume(target.roleArn, principal, principal.split('.', 1)[0]!, trustArn);
  await send(cloud, caller, delivery);
}
