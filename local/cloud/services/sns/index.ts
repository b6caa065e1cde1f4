import {
  type Access,
  AwsError,
  type Cloud,
  type Operation,
  type PolicyDocument,
  type Shape,
} from '../../types.ts';
import { kmsUse } from '../common.ts';
import type { Email, SnsService, Undelivered } from '../internal.ts';
import { DEFAULT_RETRY, deliver, giveUp } from '../messaging/index.ts';
import { type Subscription, snsTypes, type Topic } from './resources.ts';

const PRINCIPAL = 'sns.amazonaws.com';
/** SNS's own limit on a message, in bytes. */
const MAX_BYTES = 262_144;

/** SNS: topics with subscriptions of queues, functions and email addresses. Emails are recorded, not sent. */
export function createSns(): SnsService {
  const topics = new Map<string, Topic>();
  const emails: Email[] = [];
  const undelivered: Undelivered[] = [];
  const listeners = new Set<(email: Email) => void>();

  /** @throws AwsError NotFound */
  const topicOf = (arn: string): Topic => {
    const found = topics.get(arn);
    if (found) return found;
    throw new AwsError('NotFound', `Topic does not exist: ${arn}`, 404);
  };

  const deliverTo = async (
    cloud: Cloud,
    topic: Topic,
    to: Subscription,
    notification: Shape,
  ): Promise<void> => {
    if (to.protocol === 'email' || to.protocol === 'email-json') {
      const email: Email = {
        at: cloud.clock.now(),
        topicArn: topic.arn,
        to: to.endpoint,
        subject: notification.Subject ?? 'AWS Notification Message',
        message: notification.Message,
      };
      emails.push(email);
      for (const listener of listeners) listener(email);
      return;
    }
    const input =
      to.protocol === 'lambda'
        ? JSON.stringify({ Records: [lambdaRecord(to, notification)] })
        : to.raw
          ? notification.Message
          : JSON.stringify(notification);
    const target = { arn: to.endpoint, roleArn: to.roleArn };
    const delivery = { target, principal: PRINCIPAL, sourceArn: topic.arn, input };
    // SNS tries AWS endpoints 100,015 times in 23 days; a day of EventBridge's policy shows the same here.
    const outcome = await deliver(cloud, delivery, DEFAULT_RETRY);
    if (!outcome.delivered) undelivered.push(await giveUp(cloud, delivery, outcome, to.deadLetterArn));
  };

  const publish: Operation = {
    access: (input, cloud): Access[] => {
      const topic = topicOf(input.TopicArn ?? input.TargetArn);
      return [
        { action: 'sns:Publish', resource: topic.arn },
        ...kmsUse(cloud, topic.kmsKey, 'sns', ['GenerateDataKey', 'Decrypt']),
      ];
    },
    run: (input, { cloud }) => {
      const topic = topicOf(input.TopicArn ?? input.TargetArn);
      if (typeof input.Message !== 'string' || input.Message === '') {
        throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
      }
      if (Buffer.byteLength(input.Message) > MAX_BYTES) {
        throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long');
      }
      const MessageId = cloud.random.uuid();
      const notification: Shape = {
        Type: 'Notification',
        MessageId,
        TopicArn: topic.arn,
        ...(input.Subject ? { Subject: input.Subject } : {}),
        Message: input.Message,
        Timestamp: cloud.clock.iso(),
        ...(input.MessageAttributes ? { MessageAttributes: attributesOf(input.MessageAttributes) } : {}),
      };
      for (const to of topic.subscriptions) {
        if (!to.wants(input.Message, attributeValues(input.MessageAttributes))) continue;
        // One after the other, as deliveries of EventBridge.
        cloud.clock.after(0, `${topic.name} to ${to.endpoint}`, () =>
          deliverTo(cloud, topic, to, notification),
        );
      }
      return { MessageId };
    },
  };

  return {
    name: 'sns',
    protocol: 'query',
    operations: {
      Publish: publish,
      ListTopics: {
        access: () => [{ action: 'sns:ListTopics', resource: '*' }],
        run: () => ({ Topics: [...topics.keys()].map((TopicArn) => ({ TopicArn })) }),
      },
    },
    resources: snsTypes(topics, topicOf),
    policyOf: (arn): PolicyDocument | undefined => topics.get(arn)?.policy,
    emails,
    undelivered,
    onEmail(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

const lambdaRecord = (to: Subscription, notification: Shape): Shape => ({
  EventSource: 'aws:sns',
  EventVersion: '1.0',
  EventSubscriptionArn: to.arn,
  Sns: notification,
});
const attributesOf = (attributes: Shape): Shape =>
  Object.fromEntries(
    Object.entries(attributes as Record<string, Shape>).map(([n, a]) => [
      n,
      { Type: a.DataType, Value: a.StringValue },
    ]),
  );
const attributeValues = (attributes: Shape): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries((attributes ?? {}) as Record<string, Shape>).map(([n, a]) => [
      n,
      a.DataType === 'Number' ? Number(a.StringValue) : a.StringValue,
    ]),
  );
