import { z } from 'zod';
import {
  AwsError,
  type Cloud,
  NotSupportedLocally,
  type PolicyDocument,
  type ResourceType,
} from '../../types.ts';
import { arnOf, keyArn, num, policyDocument, tags } from '../common.ts';
import type { CloudEvent } from '../internal.ts';
import { canDeliverTo, type RetryPolicy, retryOf } from '../messaging/index.ts';
import { compilePattern, type Matcher } from './pattern.ts';
import type { InputSpec } from './transform.ts';

export interface RuleTarget extends InputSpec {
  readonly id: string;
  readonly arn: string;
  readonly roleArn: string | undefined;
  readonly sqsGroup: string | undefined;
  readonly retry: RetryPolicy;
  readonly deadLetterArn: string | undefined;
}
export interface Rule {
  readonly name: string;
  readonly arn: string;
  enabled: boolean;
  readonly matches: Matcher;
  readonly targets: readonly RuleTarget[];
}
export interface Archive {
  readonly name: string;
  readonly arn: string;
  readonly matches: Matcher;
  readonly events: CloudEvent[];
}
export interface Bus {
  readonly name: string;
  readonly arn: string;
  /** ARN of the customer-managed key. */
  readonly kmsKey: string | undefined;
  readonly deadLetterArn: string | undefined;
  readonly rules: Rule[];
  readonly archives: Archive[];
  policy: PolicyDocument | undefined;
}

const deadLetter = z.strictObject({ Arn: z.string().optional() });
const busSchema = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  KmsKeyIdentifier: z.string().optional(),
  DeadLetterConfig: deadLetter.optional(),
  LogConfig: z.looseObject({}).optional(),
  Policy: policyDocument.optional(),
  Tags: tags.optional(),
});
const targetSchema = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
    .optional(),
  RetryPolicy: z
    .strictObject({ MaximumRetryAttempts: num.optional(), MaximumEventAgeInSeconds: num.optional() })
    .optional(),
  DeadLetterConfig: deadLetter.optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
});
const ruleSchema = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.looseObject({}),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).optional(),
  Targets: z.array(targetSchema).optional(),
  Tags: tags.optional(),
});
const archiveSchema = z.strictObject({
  ArchiveName: z.string().optional(),
  SourceArn: z.string(),
  Description: z.string().optional(),
  EventPattern: z.looseObject({}).optional(),
  RetentionDays: num.optional(),
  KmsKeyIdentifier: z.string().optional(),
});
const busPolicySchema = z.strictObject({
  EventBusName: z.string().optional(),
  StatementId: z.string(),
  Statement: z.looseObject({}).optional(),
  Action: z.string().optional(),
  Principal: z.string().optional(),
});

function ruleTarget(t: z.output<typeof targetSchema>): RuleTarget {
  if (!canDeliverTo(t.Arn)) throw new NotSupportedLocally(`EventBridge target ${t.Arn}`);
  return {
    id: t.Id,
    arn: t.Arn,
    roleArn: t.RoleArn,
    sqsGroup: t.SqsParameters?.MessageGroupId,
    Input: t.Input,
    InputPath: t.InputPath,
    InputTransformer: t.InputTransformer,
    retry: retryOf(t.RetryPolicy),
    deadLetterArn: t.DeadLetterConfig?.Arn,
  };
}

export const newBus = (cloud: Cloud, name: string, more: Partial<Bus> = {}): Bus => ({
  name,
  arn: arnOf(cloud, 'events', `event-bus/${name}`),
  kmsKey: undefined,
  deadLetterArn: undefined,
  rules: [],
  archives: [],
  policy: undefined,
  ...more,
});

/** `busOf` takes a name or an ARN; `add` registers a new bus. */
export function eventTypes(
  busOf: (cloud: Cloud, name: string | undefined) => Bus,
  add: (bus: Bus) => void,
): ResourceType[] {
  const forPeople = { Description: 'for people', Tags: 'no tag-based access here' };
  return [
    {
      type: 'AWS::Events::EventBus',
      schema: busSchema,
      inert: { ...forPeople, LogConfig: 'a bus writes no log here' },
      create: (p: z.output<typeof busSchema>, _placement, cloud) => {
        const bus = newBus(cloud, p.Name, {
          kmsKey: keyArn(cloud, p.KmsKeyIdentifier),
          deadLetterArn: p.DeadLetterConfig?.Arn,
          policy: p.Policy,
        });
        add(bus);
        return { ref: p.Name, attributes: { Arn: bus.arn, Name: p.Name } };
      },
    },
    {
      type: 'AWS::Events::Rule',
      schema: ruleSchema,
      inert: forPeople,
      create: (p: z.output<typeof ruleSchema>, placement, cloud) => {
        const bus = busOf(cloud, p.EventBusName);
        const name = p.Name ?? placement.physicalName(64);
        const path = bus.name === 'default' ? name : `${bus.name}/${name}`;
        const arn = arnOf(cloud, 'events', `rule/${path}`);
        const matches = compilePattern(p.EventPattern);
        const targets = (p.Targets ?? []).map(ruleTarget);
        bus.rules.push({ name, arn, enabled: p.State !== 'DISABLED', matches, targets });
        return { ref: bus.name === 'default' ? name : `${bus.name}|${name}`, attributes: { Arn: arn } };
      },
    },
    {
      type: 'AWS::Events::Archive',
      schema: archiveSchema,
      inert: {
        Description: 'for people',
        RetentionDays: 'an archive keeps its events for the whole rehearsal',
        KmsKeyIdentifier: 'nothing is encrypted here',
      },
      create: (p: z.output<typeof archiveSchema>, placement, cloud) => {
        const name = p.ArchiveName ?? placement.physicalName(48);
        const arn = arnOf(cloud, 'events', `archive/${name}`);
        const matches = compilePattern(p.EventPattern ?? {});
        busOf(cloud, p.SourceArn).archives.push({ name, arn, matches, events: [] });
        return { ref: name, attributes: { Arn: arn, ArchiveName: name } };
      },
    },
    {
      type: 'AWS::Events::EventBusPolicy',
      schema: busPolicySchema,
      create: (p: z.output<typeof busPolicySchema>, placement, cloud) => {
        const bus = busOf(cloud, p.EventBusName);
        if (!p.Statement) {
          throw new AwsError('ValidationException', `${placement.logicalId}: only policies with Statement`);
        }
        const { Statement } = policyDocument.parse({ Statement: [p.Statement] });
        const before = bus.policy?.Statement ?? [];
        bus.policy = { Statement: [before, Statement].flat() };
        return { ref: placement.logicalId, attributes: {} };
      },
    },
  ];
}
