import { z } from 'zod';
import {
  AwsError,
  type Caller,
  type Cloud,
  NotSupportedLocally,
  type PolicyDocument,
  type ResourceType,
} from '../../types.ts';
import { arnOf, keyArn, kmsUse, metricSink, num, parseArn, policyDocument, tags } from '../common.ts';
import { compileSelector } from './json-pattern.ts';
import { compileFilter, parseLine } from './pattern.ts';
import { LogGroup, type MetricFilter } from './store.ts';

const DAY = 86_400_000;

const groupSchema = z.strictObject({
  LogGroupName: z.string().optional(),
  RetentionInDays: num.optional(),
  KmsKeyId: z.string().optional(),
  LogGroupClass: z.enum(['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']).optional(),
  DataProtectionPolicy: z.looseObject({}).optional(),
  FieldIndexPolicies: z.array(z.looseObject({})).optional(),
  Tags: tags.optional(),
});
const streamSchema = z.strictObject({ LogGroupName: z.string(), LogStreamName: z.string().optional() });
const subscriptionSchema = z.strictObject({
  LogGroupName: z.string(),
  FilterName: z.string().optional(),
  FilterPattern: z.string(),
  DestinationArn: z.string(),
  RoleArn: z.string().optional(),
  Distribution: z.string().optional(),
});
const metricFilterSchema = z.strictObject({
  LogGroupName: z.string(),
  FilterName: z.string().optional(),
  FilterPattern: z.string(),
  MetricTransformations: z.array(
    z.strictObject({
      MetricName: z.string(),
      MetricNamespace: z.string(),
      MetricValue: z.string(),
      DefaultValue: num.optional(),
      Unit: z.string().optional(),
      Dimensions: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
    }),
  ),
});
const resourcePolicySchema = z.strictObject({
  PolicyName: z.string(),
  PolicyDocument: z.union([z.string(), policyDocument]),
});
const querySchema = z.strictObject({
  Name: z.string(),
  QueryString: z.string(),
  LogGroupNames: z.array(z.string()).optional(),
  QueryLanguage: z.string().optional(),
});

export interface LogsState {
  readonly groups: Map<string, LogGroup>;
  readonly policies: PolicyDocument[];
}

/** A template names a group by its name or ARN. @throws AwsError ResourceNotFoundException */
export function groupOf(state: LogsState, name: string): LogGroup {
  const short = name.startsWith('arn:')
    ? parseArn(name)
        .resource.replace(/^log-group:/, '')
        .replace(/:\*$/, '')
    : name;
  const found = state.groups.get(short);
  if (found) return found;
  throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

export function addGroup(
  state: LogsState,
  cloud: Cloud,
  name: string,
  days?: number,
  kmsKey?: string,
): LogGroup {
  const retention = days === undefined ? Number.POSITIVE_INFINITY : days * DAY;
  const group = new LogGroup(name, arnOf(cloud, 'logs', `log-group:${name}`), retention, kmsKey);
  state.groups.set(name, group);
  return group;
}

/** CloudWatch Logs uses the key by itself: the key's policy must let the service of the region do so. */
function checkKey(cloud: Cloud, group: LogGroup): void {
  if (group.kmsKey === undefined) return;
  const principal = `logs.${cloud.region}.amazonaws.com`;
  const context = { 'kms:EncryptionContext:aws:logs:arn': group.arn };
  const access = kmsUse(cloud, group.kmsKey, 'logs', ['GenerateDataKey', 'Decrypt'], context);
  cloud.authorize({ kind: 'service', principal, sourceArn: group.arn }, access);
}

export function logTypes(state: LogsState): ResourceType[] {
  return [
    {
      type: 'AWS::Logs::LogGroup',
      schema: groupSchema,
      inert: {
        LogGroupClass: 'it changes price and console features',
        DataProtectionPolicy: 'nothing is masked here',
        FieldIndexPolicies: 'queries are not run here',
        Tags: 'no tag-based access here',
      },
      create: (p: z.output<typeof groupSchema>, placement, cloud) => {
        const name = p.LogGroupName ?? placement.physicalName(512);
        const group = addGroup(state, cloud, name, p.RetentionInDays, keyArn(cloud, p.KmsKeyId));
        checkKey(cloud, group);
        return { ref: name, attributes: { Arn: `${group.arn}:*` } };
      },
    },
    {
      type: 'AWS::Logs::LogStream',
      schema: streamSchema,
      create: (p: z.output<typeof streamSchema>, placement) => {
        const name = p.LogStreamName ?? placement.physicalName(512);
        groupOf(state, p.LogGroupName).streams.add(name);
        return { ref: name, attributes: {} };
      },
    },
    {
      type: 'AWS::Logs::SubscriptionFilter',
      schema: subscriptionSchema,
      inert: { Distribution: 'there are no shards here' },
      create: (p: z.output<typeof subscriptionSchema>, placement, cloud) => {
        const group = groupOf(state, p.LogGroupName);
        const name = p.FilterName ?? placement.physicalName(512);
        // Two is CloudWatch Logs' own limit: a third one fails in the account too.
        if (group.subscriptions.length >= 2) {
          throw new AwsError('LimitExceededException', `${group.name} has two subscription filters already`);
        }
        const { service } = parseArn(p.DestinationArn);
        if (service !== 'firehose' && service !== 'lambda') {
          throw new NotSupportedLocally(`subscription filter to ${p.DestinationArn}`);
        }
        const principal = 'logs.amazonaws.com';
        const caller = (): Caller =>
          p.RoleArn === undefined
            ? { kind: 'service', principal, sourceArn: `${group.arn}:*` }
            : cloud.assume(p.RoleArn, principal, 'logs', `${group.arn}:*`);
        group.subscriptions.push({
          name,
          pattern: p.FilterPattern,
          matches: compileFilter(p.FilterPattern),
          destinationArn: p.DestinationArn,
          caller,
          pending: [],
          scheduled: false,
        });
        return { ref: name, attributes: {} };
      },
    },
    {
      type: 'AWS::Logs::MetricFilter',
      schema: metricFilterSchema,
      inert: { 'MetricTransformations.DefaultValue': 'minutes without a match have no value here' },
      create: (p: z.output<typeof metricFilterSchema>, placement, cloud) => {
        const name = p.FilterName ?? placement.physicalName(512);
        groupOf(state, p.LogGroupName).metricFilters.push(metricFilter(cloud, name, p));
        return { ref: name, attributes: {} };
      },
    },
    {
      type: 'AWS::Logs::ResourcePolicy',
      schema: resourcePolicySchema,
      create: (p: z.output<typeof resourcePolicySchema>) => {
        const { PolicyDocument: given } = p;
        state.policies.push(typeof given === 'string' ? policyDocument.parse(JSON.parse(given)) : given);
        return { ref: p.PolicyName, attributes: {} };
      },
    },
    {
      type: 'AWS::Logs::QueryDefinition',
      schema: querySchema,
      inert: { QueryString: 'queries are not run here' },
      create: (p: z.output<typeof querySchema>) => ({
        ref: p.Name,
        attributes: { QueryDefinitionId: p.Name },
      }),
    },
  ];
}

function metricFilter(cloud: Cloud, name: string, p: z.output<typeof metricFilterSchema>): MetricFilter {
  const reader = (text: string) => {
    const at = text.startsWith('$') ? compileSelector(text) : undefined;
    return (message: string): unknown => (at ? at(parseLine(message)) : text);
  };
  const metrics = p.MetricTransformations.map((t) => ({
    ...t,
    value: reader(t.MetricValue),
    dimensions: (t.Dimensions ?? []).map((d) => [d.Key, reader(d.Value)] as const),
  }));
  return {
    name,
    matches: compileFilter(p.FilterPattern),
    record: (message, at) => {
      for (const m of metrics) {
        const value = Number(m.value(message));
        const dimensions = Object.fromEntries(m.dimensions.map(([k, v]) => [k, String(v(message))]));
        if (Number.isNaN(value)) continue;
        metricSink(cloud)?.record?.(m.MetricNamespace, m.MetricName, dimensions, value, m.Unit ?? 'None', at);
      }
    },
  };
}
