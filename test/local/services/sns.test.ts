import { expect, it } from 'vitest';
import { createSns } from '../../../local/cloud/services/sns/index.ts';
import { createSqs } from '../../../local/cloud/services/sqs/index.ts';
import { fakeCloud, recordingService, START } from '../fake-cloud.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:stack-inbox';
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:f';

async function topic() {
  const sns = createSns();
  const lambda = recordingService('lambda', ['Invoke']);
  const cloud = fakeCloud([sns, createSqs(), lambda.service]);
  await cloud.create('AWS::SQS::Queue', {}, 'inbox');
  const { ref: TopicArn } = await cloud.create('AWS::SNS::Topic', { DisplayName: 'Alerts' }, 'alerts');
  const subscribe = (Protocol: string, Endpoint: string, more: object = {}) =>
    cloud.create('AWS::SNS::Subscription', { TopicArn, Protocol, Endpoint, ...more });
  const publish = async (Message: string, more: object = {}) => {
    await cloud.root('sns', 'Publish', { TopicArn, Message, ...more });
    await cloud.clock.advanceTo(START);
  };
  const inbox = async () =>
    (
      (await cloud.root('sqs', 'ReceiveMessage', { QueueUrl: 'stack-inbox', MaxNumberOfMessages: 10 }))
        .Messages ?? []
    ).map((m: { Body: string }) => m.Body);
  return { sns, lambda, cloud, TopicArn, subscribe, publish, inbox };
}

it('records emails instead of sending them', async () => {
  const { sns, TopicArn, subscribe, publish } = await topic();
  await subscribe('email', 'ops@example.com');
  await publish('the release was rolled back', { Subject: 'Rollback' });
  expect(sns.emails).toEqual([
    {
      at: START,
      topicArn: TopicArn,
      to: 'ops@example.com',
      subject: 'Rollback',
      message: 'the release was rolled back',
    },
  ]);
});

it('wraps a message for a queue, and leaves it raw when asked to', async () => {
  const { subscribe, publish, inbox } = await topic();
  await subscribe('sqs', QUEUE);
  await subscribe('sqs', QUEUE, { RawMessageDelivery: true });
  await publish('hello');
  const [wrapped, raw] = await inbox();
  expect(JSON.parse(wrapped)).toMatchObject({ Type: 'Notification', Message: 'hello' });
  expect(raw).toBe('hello');
});

it('calls a function by itself, so that the function must allow it', async () => {
  const { lambda, TopicArn, subscribe, publish } = await topic();
  await subscribe('lambda', FUNCTION);
  await publish('hello');
  const [call] = lambda.calls;
  expect(call?.caller).toEqual({ kind: 'service', principal: 'sns.amazonaws.com', sourceArn: TopicArn });
  expect(JSON.parse(call?.input.Payload.toString())).toMatchObject({
    Records: [{ EventSource: 'aws:sns', Sns: { Message: 'hello' } }],
  });
});

it('keeps from a subscriber what its filter policy does not take', async () => {
  const { subscribe, publish, inbox } = await topic();
  const raw = { RawMessageDelivery: true };
  await subscribe('sqs', QUEUE, { ...raw, FilterPolicy: { stage: ['prod'] } });
  const FilterPolicy = { detail: { model: ['fraud'] } };
  await subscribe('sqs', QUEUE, { ...raw, FilterPolicy, FilterPolicyScope: 'MessageBody' });
  await publish('no attribute, no JSON');
  await publish('by attribute', {
    MessageAttributes: { stage: { DataType: 'String', StringValue: 'prod' } },
  });
  await publish('{"detail":{"model":"fraud"}}');
  expect(await inbox()).toEqual(['by attribute', '{"detail":{"model":"fraud"}}']);
});

it('remembers what a subscriber refused', async () => {
  const { sns, cloud, subscribe, publish } = await topic();
  await subscribe('lambda', FUNCTION);
  cloud.denied.add('lambda:Invoke');
  await publish('hello');
  expect(sns.undelivered).toMatchObject([
    { target: FUNCTION, error: expect.stringContaining('AccessDenied') },
  ]);
});

it('refuses an empty message, an unknown topic and a protocol that is not implemented', async () => {
  const { cloud, subscribe, publish } = await topic();
  await expect(publish('')).rejects.toMatchObject({ name: 'InvalidParameter' });
  const TopicArn = 'arn:aws:sns:us-east-1:123456789012:none';
  await expect(cloud.root('sns', 'Publish', { TopicArn, Message: 'x' })).rejects.toMatchObject({
    name: 'NotFound',
  });
  await expect(subscribe('sms', '+100')).rejects.toThrow('protocol sms');
});
