import { z } from 'zod';
import { AwsError, type Cloud, type ResourceType } from '../../types.ts';
import { arnOf, bool, num, tags } from '../common.ts';
import type { MethodSetting, ThrottleLimits } from './records.ts';
import { type ApiStore, found } from './store.ts';

const setting = z.strictObject({
  ResourcePath: z.string(),
  HttpMethod: z.string(),
  LoggingLevel: z.literal('OFF').optional(),
  DataTraceEnabled: bool.pipe(z.literal(false)).optional(),
  MetricsEnabled: bool.default(false),
  ThrottlingRateLimit: num.optional(),
  ThrottlingBurstLimit: num.optional(),
});
const stage = z.strictObject({
  RestApiId: z.string(),
  DeploymentId: z.string(),
  StageName: z.string(),
  Description: z.string().optional(),
  AccessLogSetting: z.strictObject({ DestinationArn: z.string(), Format: z.string() }).optional(),
  MethodSettings: z.array(setting).default([]),
  TracingEnabled: bool.optional(),
  Variables: z.record(z.string(), z.string()).optional(),
  Tags: tags.optional(),
});
const throttle = z.strictObject({ RateLimit: num.optional(), BurstLimit: num.optional() });
const plan = z.strictObject({
  UsagePlanName: z.string().optional(),
  Description: z.string().optional(),
  ApiStages: z
    .array(
      z.strictObject({
        ApiId: z.string(),
        Stage: z.string(),
        /** By `/path/METHOD`. */
        Throttle: z.record(z.string(), throttle).default({}),
      }),
    )
    .default([]),
  Throttle: throttle.optional(),
  Quota: z.strictObject({ Limit: num, Period: z.enum(['DAY', 'WEEK', 'MONTH']) }).optional(),
  Tags: tags.optional(),
});

const limits = (rate: number | undefined, burst: number | undefined): ThrottleLimits | undefined =>
  rate === undefined && burst === undefined
    ? undefined
    : { rate: rate ?? Number.POSITIVE_INFINITY, burst: burst ?? Number.POSITIVE_INFINITY };

const methodLimits = (byMethod: Readonly<Record<string, z.output<typeof throttle>>>) =>
  new Map(
    Object.entries(byMethod).flatMap(([method, t]) => {
      const own = limits(t.RateLimit, t.BurstLimit);
      return own ? [[method, own] as const] : [];
    }),
  );

/** AWS::ApiGateway types that serve an API: deployments, stages, clients. */
export function stageResources(store: () => ApiStore): ResourceType[] {
  return [
    {
      type: 'AWS::ApiGateway::Deployment',
      schema: z.strictObject({ RestApiId: z.string(), Description: z.string().optional() }),
      create(p) {
        const api = store().api(p.RestApiId);
        const id = store().id();
        api.deployments.set(id, { id, methods: [...api.methods], responses: new Map(api.responses) });
        return { ref: id, attributes: { DeploymentId: id } };
      },
    },
    {
      type: 'AWS::ApiGateway::Stage',
      schema: stage,
      inert: { TracingEnabled: 'no X-Ray here' },
      create(p: z.output<typeof stage>, _placement, cloud) {
        const api = store().api(p.RestApiId);
        api.stages.set(p.StageName, {
          name: p.StageName,
          deployment: found(api.deployments.get(p.DeploymentId), 'deployment', p.DeploymentId),
          settings: p.MethodSettings.map(settingOf),
          accessLog: p.AccessLogSetting && {
            group: logGroupOf(p.AccessLogSetting.DestinationArn),
            format: p.AccessLogSetting.Format,
            stream: logStream(store(), cloud, p.AccessLogSetting.DestinationArn),
          },
          variables: p.Variables,
        });
        return { ref: p.StageName, attributes: {} };
      },
    },
    {
      type: 'AWS::ApiGateway::Account',
      schema: z.strictObject({ CloudWatchRoleArn: z.string().optional() }),
      create(p, placement, cloud) {
        if (p.CloudWatchRoleArn)
          cloud.assume(p.CloudWatchRoleArn, 'apigateway.amazonaws.com', 'BackplaneAssumeRoleSession');
        store().logRole = p.CloudWatchRoleArn;
        return { ref: placement.physicalName(), attributes: { Id: placement.physicalName() } };
      },
    },
    {
      type: 'AWS::ApiGateway::UsagePlan',
      schema: plan,
      create(p: z.output<typeof plan>) {
        const id = store().id();
        store().plans.set(id, {
          id,
          stages: new Map(p.ApiStages.map((s) => [`${s.ApiId}/${s.Stage}`, methodLimits(s.Throttle)])),
          throttle: p.Throttle && limits(p.Throttle.RateLimit, p.Throttle.BurstLimit),
          quota: p.Quota && { limit: p.Quota.Limit, period: p.Quota.Period },
          keys: new Set(),
        });
        return { ref: id, attributes: { Id: id } };
      },
    },
    {
      type: 'AWS::ApiGateway::ApiKey',
      schema: z.strictObject({
        Name: z.string().optional(),
        Description: z.string().optional(),
        Enabled: bool.default(false),
        Value: z.string().optional(),
        Tags: tags.optional(),
      }),
      create(p, _placement, cloud) {
        const id = store().id();
        store().keys.set(id, { id, value: p.Value ?? cloud.random.hex(40), enabled: p.Enabled });
        return { ref: id, attributes: { APIKeyId: id } };
      },
    },
    {
      type: 'AWS::ApiGateway::UsagePlanKey',
      schema: z.strictObject({ KeyId: z.string(), KeyType: z.literal('API_KEY'), UsagePlanId: z.string() }),
      create(p) {
        found(store().keys.get(p.KeyId), 'API key', p.KeyId);
        store().plan(p.UsagePlanId).keys.add(p.KeyId);
        return { ref: `${p.KeyId}:${p.UsagePlanId}`, attributes: { Id: `${p.KeyId}:${p.UsagePlanId}` } };
      },
    },
  ];
}

const settingOf = (s: z.output<typeof setting>): MethodSetting => ({
  // CloudFormation writes `/models/{model}` as `/~1models~1{model}`.
  resourcePath:
    s.ResourcePath === '/*' ? '/*' : s.ResourcePath.replace(/^\/(?=~1)/, '').replaceAll('~1', '/'),
  httpMethod: s.HttpMethod,
  throttle: limits(s.ThrottlingRateLimit, s.ThrottlingBurstLimit),
  metrics: s.MetricsEnabled,
});

const logGroupOf = (arn: string): string => arn.replace(/^.*:log-group:/, '').replace(/:\*$/, '');

/** API Gateway logs by the role of the account, and refuses a stage that could not. */
function logStream(store: ApiStore, cloud: Cloud, destination: string): string {
  if (!store.logRole)
    throw new AwsError(
      'BadRequestException',
      'CloudWatch Logs role ARN must be set in account settings to enable logging',
    );
  const stream = cloud.random.hex(32);
  const resource = arnOf(cloud, 'logs', `log-group:${logGroupOf(destination)}:log-stream:${stream}`);
  const caller = { kind: 'role', roleArn: store.logRole, session: 'BackplaneAssumeRoleSession' } as const;
  cloud.authorize(caller, [
    { action: 'logs:CreateLogStream', resource },
    { action: 'logs:PutLogEvents', resource },
  ]);
  return stream;
}
