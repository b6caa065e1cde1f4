import { z } from 'zod';
import type { Cloud, ResourceType } from '../../types.ts';
import { arnOf, bool, keyArn, listOf, num, policyDocument, tags } from '../common.ts';
import { Queue } from './queue.ts';

const redrivePolicy = z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: num });
const queueSchema = z.strictObject({
  QueueName: z.string().optional(),
  FifoQueue: bool.optional(),
  ContentBasedDeduplication: bool.optional(),
  DelaySeconds: num.optional(),
  VisibilityTimeout: num.optional(),
  MessageRetentionPeriod: num.optional(),
  MaximumMessageSize: num.optional(),
  ReceiveMessageWaitTimeSeconds: num.optional(),
  KmsMasterKeyId: z.string().optional(),
  KmsDataKeyReusePeriodSeconds: num.optional(),
  SqsManagedSseEnabled: bool.optional(),
  RedrivePolicy: redrivePolicy.optional(),
  RedriveAllowPolicy: z.looseObject({}).optional(),
  Tags: tags.optional(),
});
const policySchema = z.strictObject({ Queues: z.array(z.string()), PolicyDocument: policyDocument });

export function queueTypes(
  queues: Map<string, Queue>,
  onCreate: (cloud: Cloud, queue: Queue) => void,
): ResourceType[] {
  return [
    {
      type: 'AWS::SQS::Queue',
      schema: queueSchema,
      inert: {
        ReceiveMessageWaitTimeSeconds: 'a receiver never waits here',
        MaximumMessageSize: 'the size of messages is not limited',
        KmsDataKeyReusePeriodSeconds: 'keys are permissions only',
        SqsManagedSseEnabled: 'nothing is encrypted here',
        RedriveAllowPolicy: 'there is one account',
        ContentBasedDeduplication: 'give a MessageDeduplicationId',
        Tags: 'no tag-based access here',
      },
      create: (p: z.output<typeof queueSchema>, placement, cloud) => {
        const name = p.QueueName ?? placement.physicalName(80);
        const arn = arnOf(cloud, 'sqs', name);
        const url = `${cloud.endpoint}/${cloud.account}/${name}`;
        const queue = new Queue({
          name,
          arn,
          url,
          fifo: p.FifoQueue ?? false,
          delayMs: (p.DelaySeconds ?? 0) * 1000,
          // SQS's defaults: 30 s hidden, 4 days kept.
          visibilityMs: (p.VisibilityTimeout ?? 30) * 1000,
          retentionMs: (p.MessageRetentionPeriod ?? 345_600) * 1000,
          kmsKey: keyArn(cloud, p.KmsMasterKeyId),
          redrive: p.RedrivePolicy && {
            arn: p.RedrivePolicy.deadLetterTargetArn,
            maxReceives: p.RedrivePolicy.maxReceiveCount,
          },
        });
        queues.set(name, queue);
        onCreate(cloud, queue);
        return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
      },
    },
    {
      type: 'AWS::SQS::QueuePolicy',
      schema: policySchema,
      create: (p: z.output<typeof policySchema>, placement) => {
        for (const url of p.Queues) {
          const queue = queues.get(url.split('/').at(-1)!);
          if (!queue) throw new Error(`${placement.logicalId}: no queue ${url}`);
          // Several policies of one queue are one policy with all their statements.
          const statements = queue.policy ? listOf(queue.policy.Statement) : [];
          queue.policy = { Statement: [...statements, ...listOf(p.PolicyDocument.Statement)] };
        }
        return { ref: placement.logicalId, attributes: { Id: placement.logicalId } };
      },
    },
  ];
}
