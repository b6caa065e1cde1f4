import { describe, expect, it } from 'vitest';
import { createEvents } from '../../../local/cloud/services/events/index.ts';
import { createSqs } from '../../../local/cloud/services/sqs/index.ts';
import { AwsError } from '../../../local/cloud/types.ts';
import { fakeCloud, ROLE, recordingService, START } from '../fake-cloud.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:rollback';
const ROLE_ARN = 'arn:aws:iam::123456789012:role/rule';
const DLQ = 'arn:aws:sqs:us-east-1:123456789012:stack-dlq';

async function platform(target: object, pattern: object = { source: ['coalmine'] }) {
  const events = createEvents();
  const states = recordingService('states', ['StartExecution']);
  const cloud = fakeCloud([events, states.service, createSqs()]);
  await cloud.create('AWS::SQS::Queue', {}, 'dlq');
  const { ref: EventBusName } = await cloud.create('AWS::Events::EventBus', { Name: 'platform' });
  await cloud.create('AWS::Events::Rule', {
    EventBusName,
    EventPattern: pattern,
    Targets: [{ Id: 't', Arn: MACHINE, RoleArn: ROLE_ARN, ...target }],
  });
  const put = (DetailType: string, detail: object, Source = 'coalmine') =>
    cloud.call(ROLE, 'events', 'PutEvents', {
      Entries: [{ EventBusName, Source, DetailType, Detail: JSON.stringify(detail) }],
    });
  const settle = (ms = 0) => cloud.clock.advanceTo(cloud.clock.now() + ms);
  const letters = async () =>
    (await cloud.root('sqs', 'ReceiveMessage', { QueueUrl: 'stack-dlq', MaxNumberOfMessages: 10 }))
      .Messages ?? [];
  return { events, states, cloud, put, settle, letters };
}

describe('a rule', () => {
  it('starts its state machine with the event, in its own role', async () => {
    const { states, put, settle, cloud } = await platform({});
    await put('drift.detected', { model: 'fraud' });
    await settle();
    const [call] = states.calls;
    expect(call?.caller).toMatchObject({ roleArn: ROLE_ARN });
    expect(JSON.parse(call?.input.input)).toMatchObject({
      source: 'coalmine',
      'detail-type': 'drift.detected',
      detail: { model: 'fraud' },
      time: '2026-11-16T00:00:00Z',
    });
    expect(cloud.asked).toContainEqual({
      action: 'sts:AssumeRole',
      resource: ROLE_ARN,
      caller: { kind: 'service', principal: 'events.amazonaws.com' },
    });
  });

  it('does nothing for an event that its pattern does not match', async () => {
    const { states, put, settle } = await platform({}, { detail: { model: ['other'] } });
    await put('drift.detected', { model: 'fraud' });
    await settle();
    expect(states.calls).toEqual([]);
  });

  it('fills its input template from the event', async () => {
    const { states, put, settle } = await platform({
      InputTransformer: {
        InputPathsMap: { name: '$.detail.name', n: '$.detail.n', deep: '$.detail.deep' },
        InputTemplate:
          '{"by":"alarm:<name>","n":<n>,"deep":<deep>,"whole":<name>,"rule":"<aws.events.rule-name>"}',
      },
    });
    await put('x', { name: 'a "b"', n: 3, deep: { c: [1] } });
    await settle();
    expect(JSON.parse(states.calls[0]?.input.input)).toEqual({
      by: 'alarm:a "b"',
      n: 3,
      deep: { c: [1] },
      whole: 'a "b"',
      rule: 'stack-thing',
    });
  });

  it('takes a part of the event by its path', async () => {
    const { states, put, settle } = await platform({ InputPath: '$.detail' });
    await put('x', { reason: 'drift' });
    await settle();
    expect(states.calls[0]?.input.input).toBe('{"reason":"drift"}');
  });

  it('tries again while its target is throttled, on the virtual clock', async () => {
    const { states, put, settle } = await platform({});
    states.failing.set('StartExecution', new AwsError('ThrottlingException', 'slow down'));
    await put('x', {});
    await settle(1500);
    expect(states.calls).toEqual([]);
    states.failing.clear();
    await settle(60_000);
    expect(states.calls).toHaveLength(1);
  });

  it('puts what was refused into its dead-letter queue and remembers it', async () => {
    const { events, cloud, put, settle, letters } = await platform({ DeadLetterConfig: { Arn: DLQ } });
    cloud.denied.add('states:StartExecution');
    await put('x', { a: 1 });
    await settle();
    const [letter] = await letters();
    expect(JSON.parse(letter.Body)).toMatchObject({ detail: { a: 1 } });
    expect(letter.MessageAttributes.ERROR_CODE.StringValue).toBe('AccessDenied');
    expect(events.undelivered).toMatchObject([{ target: MACHINE, deadLettered: true, at: START }]);
  });

  it('gives up after its retries', async () => {
    const { events, states, put, settle } = await platform({ RetryPolicy: { MaximumRetryAttempts: 2 } });
    states.failing.set('StartExecution', new AwsError('ServiceUnavailable', 'gone', 503));
    await put('x', {});
    await settle(60_000);
    expect(events.undelivered).toMatchObject([{ at: START + 3000, deadLettered: false }]);
  });
});

describe('PutEvents', () => {
  it('takes good events and answers bad ones one by one', async () => {
    const { cloud } = await platform({});
    const good = { EventBusName: 'platform', Source: 'coalmine', DetailType: 'x', Detail: '{}' };
    const out = await cloud.call(ROLE, 'events', 'PutEvents', {
      Entries: [good, { ...good, Detail: 'no' }, { ...good, Source: 'aws.s3' }],
    });
    expect(out).toMatchObject({
      FailedEntryCount: 2,
      Entries: [
        { EventId: expect.any(String) },
        { ErrorCode: 'MalformedDetail' },
        { ErrorCode: 'NotAuthorizedForSourceException' },
      ],
    });
  });

  it('asks for the permission on the bus, with source and detail-type', async () => {
    const { cloud, put } = await platform({});
    await put('x', {});
    expect(cloud.asked[0]).toMatchObject({
      action: 'events:PutEvents',
      resource: 'arn:aws:events:us-east-1:123456789012:event-bus/platform',
      context: { 'events:source': 'coalmine', 'events:detail-type': 'x' },
    });
  });

  it('fails for a bus that does not exist', async () => {
    const { cloud } = await platform({});
    const Entries = [{ EventBusName: 'no', Source: 's', DetailType: 'd', Detail: '{}' }];
    await expect(cloud.root('events', 'PutEvents', { Entries })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

it('lets a listener hear events of AWS services on the default bus until it stops', async () => {
  const { events } = await platform({});
  const heard: string[] = [];
  const stop = events.onEvent((event, bus) => heard.push(`${bus}:${event['detail-type']}`));
  const change = { source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', detail: {} };
  events.emit(change);
  stop();
  events.emit(change);
  expect(heard).toEqual(['default:CloudWatch Alarm State Change']);
});

it('archives what an archive asks for', async () => {
  const { cloud, put } = await platform({});
  await cloud.create('AWS::Events::Archive', {
    SourceArn: 'arn:aws:events:us-east-1:123456789012:event-bus/platform',
    EventPattern: { 'detail-type': [{ prefix: 'release.' }] },
  });
  await put('release.started', {});
  await put('gate.passed', {});
  expect(await cloud.root('events', 'ListArchives', {})).toMatchObject({ Archives: [{ EventCount: 1 }] });
});
