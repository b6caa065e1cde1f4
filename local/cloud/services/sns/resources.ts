import { z } from 'zod';
import { type Cloud, NotSupportedLocally, type PolicyDocument, type ResourceType } from '../../types.ts';
import { arnOf, bool, keyArn, policyDocument, tags } from '../common.ts';
import { compilePattern } from '../events/pattern.ts';

export interface Subscription {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly raw: boolean;
  readonly roleArn: string | undefined;
  readonly deadLetterArn: string | undefined;
  /** Whether its filter policy takes a message. */
  readonly wants: (message: string, attributes: Readonly<Record<string, unknown>>) => boolean;
}
export interface Topic {
  readonly name: string;
  readonly arn: string;
  readonly kmsKey: string | undefined;
  readonly subscriptions: Subscription[];
  policy: PolicyDocument | undefined;
}

const PROTOCOLS = ['email', 'email-json', 'sqs', 'lambda', 'firehose'];

const subscriptionMembers = {
  Protocol: z.string(),
  Endpoint: z.string(),
};
const topicSchema = z.strictObject({
  TopicName: z.string().optional(),
  DisplayName: z.string().optional(),
  KmsMasterKeyId: z.string().optional(),
  Subscription: z.array(z.strictObject(subscriptionMembers)).optional(),
  TracingConfig: z.string().optional(),
  Tags: tags.optional(),
});
const subscriptionSchema = z.strictObject({
  ...subscriptionMembers,
  TopicArn: z.string(),
  RawMessageDelivery: bool.optional(),
  FilterPolicy: z.looseObject({}).optional(),
  FilterPolicyScope: z.enum(['MessageAttributes', 'MessageBody']).optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string() }).optional(),
  SubscriptionRoleArn: z.string().optional(),
});
const policySchema = z.strictObject({ Topics: z.array(z.string()), PolicyDocument: policyDocument });

/** SNS filter policies are event patterns of the attributes or of the message itself. */
function filter(p: Partial<z.output<typeof subscriptionSchema>>): Subscription['wants'] {
  if (!p.FilterPolicy) return () => true;
  const matches = compilePattern(p.FilterPolicy);
  if (p.FilterPolicyScope !== 'MessageBody') return (_message, attributes) => matches(attributes);
  return (message) => {
    try {
      return matches(JSON.parse(message));
    } catch {
      // A message that is not JSON matches no filter of its body.
      return false;
    }
  };
}

function subscribe(cloud: Cloud, topic: Topic, p: Partial<z.output<typeof subscriptionSchema>>): string {
  const { Protocol: protocol = '', Endpoint: endpoint = '' } = p;
  if (!PROTOCOLS.includes(protocol)) throw new NotSupportedLocally(`SNS subscription protocol ${protocol}`);
  const arn = `${topic.arn}:${cloud.random.uuid()}`;
  topic.subscriptions.push({
    arn,
    protocol,
    endpoint,
    raw: p.RawMessageDelivery ?? false,
    roleArn: p.SubscriptionRoleArn,
    deadLetterArn: p.RedrivePolicy?.deadLetterTargetArn,
    wants: filter(p),
  });
  return arn;
}

export function snsTypes(topics: Map<string, Topic>, topicOf: (arn: string) => Topic): ResourceType[] {
  return [
    {
      type: 'AWS::SNS::Topic',
      schema: topicSchema,
      inert: {
        DisplayName: 'for people',
        TracingConfig: 'there is no tracing here',
        Tags: 'no tag-based access here',
      },
      create: (p: z.output<typeof topicSchema>, placement, cloud) => {
        const name = p.TopicName ?? placement.physicalName(256);
        const arn = arnOf(cloud, 'sns', name);
        const topic: Topic = {
          name,
          arn,
          kmsKey: keyArn(cloud, p.KmsMasterKeyId),
          subscriptions: [],
          policy: undefined,
        };
        topics.set(arn, topic);
        for (const s of p.Subscription ?? []) subscribe(cloud, topic, s);
        return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
      },
    },
    {
      type: 'AWS::SNS::Subscription',
      schema: subscriptionSchema,
      create: (p: z.output<typeof subscriptionSchema>, _placement, cloud) => {
        const arn = subscribe(cloud, topicOf(p.TopicArn), p);
        return { ref: arn, attributes: { Arn: arn } };
      },
    },
    {
      type: 'AWS::SNS::TopicPolicy',
      schema: policySchema,
      create: (p: z.output<typeof policySchema>, placement) => {
        for (const arn of p.Topics) {
          const topic = topicOf(arn);
          topic.policy = { Statement: [topic.policy?.Statement ?? [], p.PolicyDocument.Statement].flat() };
        }
        return { ref: placement.logicalId, attributes: { Id: placement.logicalId } };
      },
    },
  ];
}
