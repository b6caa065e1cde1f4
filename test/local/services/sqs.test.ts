import { describe, expect, it } from 'vitest';
import { createSqs } from '../../../local/cloud/services/sqs/index.ts';
import type { Service, Shape } from '../../../local/cloud/types.ts';
import { fakeCloud, ROLE, recordingService, START } from '../fake-cloud.ts';

async function queue(properties: object = {}) {
  const metrics: { name: string; value: number; at: number }[] = [];
  const monitoring: Service = {
    ...recordingService('monitoring', []).service,
    ...{
      record: (_ns: string, name: string, _d: object, value: number, _u: string, at: number) =>
        metrics.push({ name, value, at }),
    },
  };
  const sqs = createSqs();
  const cloud = fakeCloud([sqs, monitoring]);
  const { ref: QueueUrl } = await cloud.create('AWS::SQS::Queue', properties, 'q');
  const run = (operation: string, input: Shape = {}) => cloud.root('sqs', operation, { QueueUrl, ...input });
  const bodies = async (more: Shape = {}) =>
    ((await run('ReceiveMessage', { MaxNumberOfMessages: 10, ...more })).Messages ?? []).map(
      (m: Shape) => m.Body,
    );
  return { sqs, cloud, QueueUrl, metrics, run, bodies };
}

describe('a message', () => {
  it('is hidden from others until its visibility time-out is over', async () => {
    const { cloud, run, bodies } = await queue({ VisibilityTimeout: 60 });
    await run('SendMessage', { MessageBody: 'a' });
    expect(await bodies()).toEqual(['a']);
    expect(await bodies()).toEqual([]);
    await cloud.clock.advanceTo(START + 60_000);
    expect(await bodies()).toEqual(['a']);
  });

  it('is gone when it was deleted by its receipt', async () => {
    const { cloud, run, bodies } = await queue();
    await run('SendMessage', { MessageBody: 'a' });
    const { Messages } = await run('ReceiveMessage');
    await run('DeleteMessage', { ReceiptHandle: Messages[0].ReceiptHandle });
    await cloud.clock.advanceTo(START + 60_000);
    expect(await bodies()).toEqual([]);
  });

  it('is gone when its retention is over', async () => {
    const { cloud, run, bodies } = await queue({ MessageRetentionPeriod: 3600 });
    await run('SendMessage', { MessageBody: 'a' });
    await cloud.clock.advanceTo(START + 3_600_000);
    expect(await bodies()).toEqual([]);
  });

  it('goes to the dead-letter queue when it was received too often', async () => {
    const { cloud, run, bodies } = await queue();
    const letters = await cloud.create(
      'AWS::SQS::Queue',
      {
        RedrivePolicy: {
          deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:stack-q',
          maxReceiveCount: 1,
        },
      },
      'source',
    );
    const source = { QueueUrl: letters.ref };
    await run('SendMessage', { ...source, MessageBody: 'a' });
    await run('ReceiveMessage', source);
    await cloud.clock.advanceTo(START + 30_000);
    expect(await run('ReceiveMessage', source)).toEqual({});
    expect(await bodies()).toEqual(['a']);
  });

  it('of a FIFO queue waits for the one before it in its group, and comes once', async () => {
    const { run, bodies } = await queue({ FifoQueue: true, QueueName: 'q.fifo' });
    const send = (MessageBody: string, MessageGroupId: string) =>
      run('SendMessage', { MessageBody, MessageGroupId, MessageDeduplicationId: MessageBody });
    await send('a1', 'a');
    await send('a1', 'a');
    await send('a2', 'a');
    await send('b1', 'b');
    expect(await bodies({ MaxNumberOfMessages: 1 })).toEqual(['a1']);
    expect(await bodies()).toEqual(['b1']);
  });
});

it('tells CloudWatch each minute what it holds, and once that it is empty', async () => {
  const { cloud, run, metrics } = await queue();
  await run('SendMessage', { MessageBody: 'a' });
  await cloud.clock.advanceTo(START + 90_000);
  const { Messages } = await run('ReceiveMessage');
  await run('DeleteMessage', { ReceiptHandle: Messages[0].ReceiptHandle });
  await cloud.clock.advanceTo(START + 600_000);
  expect(metrics.filter((m) => m.name === 'ApproximateNumberOfMessagesVisible')).toEqual([
    { name: 'ApproximateNumberOfMessagesVisible', value: 1, at: START },
    { name: 'ApproximateNumberOfMessagesVisible', value: 1, at: START + 60_000 },
    { name: 'ApproximateNumberOfMessagesVisible', value: 0, at: START + 120_000 },
  ]);
});

it('needs the permission on the queue and on its key', async () => {
  const key = 'arn:aws:kms:us-east-1:123456789012:key/k';
  const { cloud, QueueUrl } = await queue({ KmsMasterKeyId: key });
  await cloud.call(ROLE, 'sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
  expect(cloud.asked.map((a) => a.action)).toEqual(['sqs:SendMessage', 'kms:GenerateDataKey', 'kms:Decrypt']);
});

it('keeps the statements of all its policies', async () => {
  const { sqs, cloud, QueueUrl } = await queue();
  const policy = (Sid: string) => ({
    Queues: [QueueUrl],
    PolicyDocument: { Statement: [{ Sid, Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' }] },
  });
  await cloud.create('AWS::SQS::QueuePolicy', policy('A'));
  await cloud.create('AWS::SQS::QueuePolicy', policy('B'));
  const arn = 'arn:aws:sqs:us-east-1:123456789012:stack-q';
  expect(sqs.policyOf?.(arn)).toMatchObject({ Statement: [{ Sid: 'A' }, { Sid: 'B' }] });
});
