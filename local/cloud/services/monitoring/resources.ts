import { z } from 'zod';
import { AwsError, type Cloud, NotSupportedLocally, type Placement, type ResourceType } from '../../types.ts';
import { bool, num, tags } from '../common.ts';
import { checkActions } from './actions.ts';
import type { Alarm, AlarmSettings } from './alarm.ts';
import { CompositeAlarm } from './composite-alarm.ts';
import { COMPARE } from './evaluation.ts';
import { MetricAlarm } from './metric-alarm.ts';
import type { MetricQuery } from './query.ts';
import type { MetricStore } from './store.ts';

/** Alarms of one cloud, by name. */
export interface Alarms {
  readonly store: MetricStore;
  add(alarm: Alarm): void;
  /** @throws AwsError ResourceNotFound */
  find(nameOrArn: string): Alarm;
}

const text = z.string();
const dimensions = z.array(z.strictObject({ Name: text, Value: text }));
const actions = {
  AlarmName: text.optional(),
  AlarmDescription: text.optional(),
  ActionsEnabled: bool.default(true),
  AlarmActions: z.array(text).default([]),
  OKActions: z.array(text).default([]),
  InsufficientDataActions: z.array(text).default([]),
  Tags: tags.optional(),
};
const metricAlarm = z.strictObject({
  ...actions,
  Namespace: text.optional(),
  MetricName: text.optional(),
  Dimensions: dimensions.optional(),
  Statistic: text.optional(),
  ExtendedStatistic: text.optional(),
  Period: num.optional(),
  Unit: text.optional(),
  Metrics: z
    .array(
      z.strictObject({
        Id: text,
        Expression: text.optional(),
        Label: text.optional(),
        Period: num.optional(),
        ReturnData: bool.optional(),
        AccountId: text.optional(),
        MetricStat: z
          .strictObject({
            Metric: z.strictObject({
              Namespace: text.optional(),
              MetricName: text.optional(),
              Dimensions: dimensions.optional(),
            }),
            Period: num,
            Stat: text,
            Unit: text.optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  ComparisonOperator: z.enum(Object.keys(COMPARE) as [string, ...string[]]),
  Threshold: num,
  EvaluationPeriods: num,
  DatapointsToAlarm: num.optional(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']).default('missing'),
  EvaluateLowSampleCountPercentile: z.literal('evaluate').optional(),
});
const compositeAlarm = z.strictObject({
  ...actions,
  AlarmRule: text,
  ActionsSuppressor: text.optional(),
  ActionsSuppressorWaitPeriod: num.optional(),
  ActionsSuppressorExtensionPeriod: num.optional(),
});

function settingsOf(p: z.output<typeof compositeAlarm> | z.output<typeof metricAlarm>, placement: Placement) {
  checkActions([...p.AlarmActions, ...p.OKActions, ...p.InsufficientDataActions]);
  const settings: AlarmSettings = {
    name: p.AlarmName ?? placement.physicalName(255),
    description: p.AlarmDescription,
    actionsEnabled: p.ActionsEnabled,
    alarmActions: p.AlarmActions,
    okActions: p.OKActions,
    insufficientDataActions: p.InsufficientDataActions,
  };
  return settings;
}

/** The queries of an alarm; one on a single metric is one query. */
function queriesOf(p: z.output<typeof metricAlarm>): { queries: MetricQuery[]; watched: string } {
  if (p.Metrics) {
    const returned = p.Metrics.filter((q) => q.ReturnData !== false);
    if (returned.length !== 1)
      throw new AwsError(
        'ValidationError',
        `exactly one entry of Metrics returns data, not ${returned.length}`,
      );
    return { queries: p.Metrics, watched: returned[0]!.Id };
  }
  const Stat = p.Statistic ?? p.ExtendedStatistic;
  if (!p.Namespace || !p.MetricName || !p.Period || !Stat)
    throw new AwsError(
      'ValidationError',
      'Namespace, MetricName, Period and Statistic, or Metrics, are needed',
    );
  const Metric = { Namespace: p.Namespace, MetricName: p.MetricName, Dimensions: p.Dimensions };
  return { queries: [{ Id: 'm1', MetricStat: { Metric, Period: p.Period, Stat } }], watched: 'm1' };
}

const created = (alarm: Alarm) => ({ ref: alarm.name, attributes: { Arn: alarm.arn } });

const unsupported = (type: string): ResourceType => ({
  type,
  schema: z.looseObject({}),
  create: () => {
    throw new NotSupportedLocally(type);
  },
});

/** `AWS::CloudWatch::Alarm` and `CompositeAlarm`. */
export const alarmResources = (alarms: Alarms): ResourceType[] => [
  {
    type: 'AWS::CloudWatch::Alarm',
    schema: metricAlarm,
    inert: {
      Tags: 'nothing reads them',
      Unit: 'series hold one unit',
      'Metrics.Label': 'for graphs',
      'Metrics.AccountId': 'there is one account',
    },
    create(p: z.output<typeof metricAlarm>, placement, cloud: Cloud) {
      const alarm = new MetricAlarm(cloud, alarms.store, settingsOf(p, placement), {
        ...queriesOf(p),
        threshold: p.Threshold,
        comparison: p.ComparisonOperator,
        evaluationPeriods: p.EvaluationPeriods,
        datapointsToAlarm: p.DatapointsToAlarm ?? p.EvaluationPeriods,
        missing: p.TreatMissingData,
      });
      alarms.add(alarm);
      return created(alarm);
    },
  },
  {
    type: 'AWS::CloudWatch::CompositeAlarm',
    schema: compositeAlarm,
    inert: { Tags: 'nothing reads them' },
    create(p: z.output<typeof compositeAlarm>, placement, cloud: Cloud) {
      const suppressor = p.ActionsSuppressor
        ? {
            alarm: p.ActionsSuppressor,
            wait: p.ActionsSuppressorWaitPeriod ?? 0,
            extension: p.ActionsSuppressorExtensionPeriod ?? 0,
          }
        : undefined;
      const find = (name: string) => alarms.find(name);
      const alarm = new CompositeAlarm(cloud, settingsOf(p, placement), p.AlarmRule, suppressor, find);
      alarms.add(alarm);
      return created(alarm);
    },
  },
  unsupported('AWS::CloudWatch::AnomalyDetector'),
  unsupported('AWS::CloudWatch::InsightRule'),
];
