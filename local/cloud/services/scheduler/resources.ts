import { z } from 'zod';
import type { Cloud, ResourceType } from '../../types.ts';
import { arnOf, num, tags } from '../common.ts';
import { type RetryPolicy, retryOf } from '../messaging/index.ts';
import { type Next, parseExpression } from './expression.ts';
import { checkTarget, type ScheduleTarget } from './target.ts';

export interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly expression: string;
  readonly zone: string;
  readonly enabled: boolean;
  readonly next: Next;
  /** Not before and not after, epoch ms. */
  readonly from: number;
  readonly until: number;
  /** Each invocation is up to so much late; 0 for OFF. */
  readonly windowMs: number;
  readonly target: ScheduleTarget;
  readonly retry: RetryPolicy;
  readonly deadLetterArn: string | undefined;
}

const scheduleSchema = z.strictObject({
  Name: z.string().optional(),
  GroupName: z.string().optional(),
  Description: z.string().optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  StartDate: z.string().optional(),
  EndDate: z.string().optional(),
  KmsKeyArn: z.string().optional(),
  FlexibleTimeWindow: z.strictObject({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: num.optional(),
  }),
  Target: z.strictObject({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z.string().optional(),
    EventBridgeParameters: z.strictObject({ DetailType: z.string(), Source: z.string() }).optional(),
    SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
    RetryPolicy: z
      .strictObject({ MaximumRetryAttempts: num.optional(), MaximumEventAgeInSeconds: num.optional() })
      .optional(),
    DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  }),
});
const groupSchema = z.strictObject({ Name: z.string().optional(), Tags: tags.optional() });

function scheduleOf(p: z.output<typeof scheduleSchema>, name: string, cloud: Cloud): Schedule {
  const group = p.GroupName ?? 'default';
  const zone = p.ScheduleExpressionTimezone ?? 'UTC';
  const { Target: target, FlexibleTimeWindow: window } = p;
  checkTarget(target.Arn);
  return {
    name,
    group,
    arn: arnOf(cloud, 'scheduler', `schedule/${group}/${name}`),
    expression: p.ScheduleExpression,
    zone,
    enabled: p.State !== 'DISABLED',
    next: parseExpression(p.ScheduleExpression, zone, cloud.clock.now()),
    from: p.StartDate === undefined ? 0 : Date.parse(p.StartDate),
    until: p.EndDate === undefined ? Number.POSITIVE_INFINITY : Date.parse(p.EndDate),
    windowMs: window.Mode === 'OFF' ? 0 : (window.MaximumWindowInMinutes ?? 1) * 60_000,
    target: {
      arn: target.Arn,
      roleArn: target.RoleArn,
      input: target.Input,
      eventBridge: target.EventBridgeParameters,
      sqsGroup: target.SqsParameters?.MessageGroupId,
    },
    retry: retryOf(target.RetryPolicy),
    deadLetterArn: target.DeadLetterConfig?.Arn,
  };
}

export function schedulerTypes(
  groups: Set<string>,
  start: (cloud: Cloud, schedule: Schedule) => void,
): ResourceType[] {
  return [
    {
      type: 'AWS::Scheduler::Schedule',
      schema: scheduleSchema,
      inert: { Description: 'for people', KmsKeyArn: 'nothing is encrypted here' },
      create: (p: z.output<typeof scheduleSchema>, placement, cloud) => {
        const schedule = scheduleOf(p, p.Name ?? placement.physicalName(64), cloud);
        if (!groups.has(schedule.group)) throw new Error(`no schedule group ${schedule.group}`);
        start(cloud, schedule);
        return { ref: schedule.name, attributes: { Arn: schedule.arn } };
      },
    },
    {
      type: 'AWS::Scheduler::ScheduleGroup',
      schema: groupSchema,
      inert: { Tags: 'no tag-based access here' },
      create: (p: z.output<typeof groupSchema>, placement, cloud) => {
        const name = p.Name ?? placement.physicalName(64);
        groups.add(name);
        const Arn = arnOf(cloud, 'scheduler', `schedule-group/${name}`);
        return { ref: name, attributes: { Arn, State: 'ACTIVE' } };
      },
    },
  ];
}
