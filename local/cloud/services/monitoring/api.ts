import { AwsError, type Operation } from '../../types.ts';
import type { Alarm } from './alarm.ts';
import { CompositeAlarm } from './composite-alarm.ts';
import { MetricAlarm } from './metric-alarm.ts';
import { dimensionsOf, type MetricQuery, QueryPlan } from './query.ts';
import { pointOf, statistic } from './statistics.ts';
import { type MetricStore, MINUTE_MS, minuteOf } from './store.ts';

/** Times arrive as Date from in-process callers, as epoch seconds or ISO 8601 from the wire. */
export function epochMs(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return value * 1000;
  const parsed = Date.parse(String(value));
  if (Number.isNaN(parsed)) throw new AwsError('InvalidParameterValue', `'${value}' is no time`);
  return parsed;
}

type Datum = {
  MetricName: string;
  Dimensions?: { Name: string; Value: string }[];
  Timestamp?: unknown;
  Value?: number;
  Values?: number[];
  Counts?: number[];
  StatisticValues?: { Sum: number; SampleCount: number; Minimum: number; Maximum: number };
  Unit?: string;
};

function put(store: MetricStore, namespace: string, datum: Datum, now: number): void {
  const series = store.series(namespace, datum.MetricName, dimensionsOf(datum.Dimensions));
  const at = datum.Timestamp === undefined ? now : epochMs(datum.Timestamp);
  const unit = datum.Unit ?? 'None';
  if (datum.Value !== undefined) store.add(series, datum.Value, unit, at);
  datum.Values?.forEach((value, i) => {
    store.add(series, value, unit, at, datum.Counts?.[i] ?? 1);
  });
  const set = datum.StatisticValues;
  if (set)
    store.addSet(
      series,
      { sum: set.Sum, count: set.SampleCount, min: set.Minimum, max: set.Maximum },
      unit,
      at,
    );
}

/** Minutes of [from, to) in whole periods: the first begins at `from` rounded down to the period. */
function grid(from: number, to: number, period: number): { first: number; length: number } {
  const step = period * 1000;
  const first = Math.floor(from / step) * step;
  return { first: minuteOf(first), length: Math.max(0, Math.ceil((to - first) / step)) };
}

function getMetricData(
  store: MetricStore,
  input: { MetricDataQueries: MetricQuery[]; StartTime: unknown; EndTime: unknown; ScanBy?: string },
) {
  const queries = input.MetricDataQueries;
  // Queries of different periods that no expression joins stand beside each other.
  const joined = queries.some((q) => q.Expression !== undefined) && new QueryPlan(store, queries);
  const results = queries.flatMap((q) => {
    if (q.ReturnData === false) return [];
    const plan = joined || new QueryPlan(store, [q]);
    const { first, length } = grid(epochMs(input.StartTime), epochMs(input.EndTime), plan.period);
    const points = plan
      .points(q.Id, first, length)
      .map((value, p) => ({ value, at: (first * MINUTE_MS) / 1000 + p * plan.period }))
      .filter((p) => p.value !== undefined);
    // Newest first is CloudWatch's default.
    if (input.ScanBy !== 'TimestampAscending') points.reverse();
    return {
      Id: q.Id,
      Label: q.Label ?? q.MetricStat?.Metric.MetricName ?? q.Id,
      Timestamps: points.map((p) => p.at),
      Values: points.map((p) => p.value),
      StatusCode: 'Complete',
    };
  });
  return { MetricDataResults: results, Messages: [] };
}

function getMetricStatistics(
  store: MetricStore,
  input: {
    Namespace: string;
    MetricName: string;
    Dimensions?: { Name: string; Value: string }[];
    StartTime: unknown;
    EndTime: unknown;
    Period: number;
    Statistics?: string[];
    ExtendedStatistics?: string[];
  },
) {
  const series = store.series(input.Namespace, input.MetricName, dimensionsOf(input.Dimensions));
  const { first, length } = grid(epochMs(input.StartTime), epochMs(input.EndTime), input.Period);
  const minutes = input.Period / 60;
  const Datapoints = Array.from({ length }, (_, i) => {
    const at = first + i * minutes;
    if (pointOf(series, statistic('SampleCount'), at, minutes) === undefined) return undefined;
    const value = (name: string) => pointOf(series, statistic(name), at, minutes);
    return {
      Timestamp: (at * MINUTE_MS) / 1000,
      Unit: series.unit,
      ...Object.fromEntries((input.Statistics ?? []).map((s) => [s, value(s)])),
      ...(input.ExtendedStatistics && {
        ExtendedStatistics: Object.fromEntries(input.ExtendedStatistics.map((s) => [s, value(s)])),
      }),
    };
  }).filter((d) => d !== undefined);
  return { Label: input.MetricName, Datapoints };
}

const common = (a: Alarm) => ({
  AlarmName: a.name,
  AlarmArn: a.arn,
  AlarmDescription: a.settings.description,
  ActionsEnabled: a.actionsEnabled,
  AlarmActions: a.settings.alarmActions,
  OKActions: a.settings.okActions,
  InsufficientDataActions: a.settings.insufficientDataActions,
  StateValue: a.state,
  StateReason: a.reason,
  StateUpdatedTimestamp: a.changedAt / 1000,
  StateTransitionedTimestamp: a.changedAt / 1000,
});

function describeAlarms(alarms: readonly Alarm[], input: Record<string, unknown>) {
  const types = (input['AlarmTypes'] as string[] | undefined) ?? ['MetricAlarm'];
  const names = input['AlarmNames'] as string[] | undefined;
  const prefix = String(input['AlarmNamePrefix'] ?? '');
  const found = alarms
    .filter((a) => !names || names.includes(a.name))
    .filter((a) => a.name.startsWith(prefix))
    .filter((a) => input['StateValue'] === undefined || a.state === input['StateValue']);
  return {
    MetricAlarms: found
      .filter((a) => a instanceof MetricAlarm && types.includes('MetricAlarm'))
      .map((a) => ({ ...common(a), ...a.trigger() })),
    CompositeAlarms: found
      .filter((a) => a instanceof CompositeAlarm && types.includes('CompositeAlarm'))
      .map((a) => ({
        ...common(a),
        ...a.trigger(),
        ...(a instanceof CompositeAlarm && a.suppressed && { ActionsSuppressedBy: a.suppressed.by }),
      })),
  };
}

const anywhere = (action: string) => () => [{ action: `cloudwatch:${action}`, resource: '*' }];

/** The operations of CloudWatch that this cloud has. */
export function operations(
  store: MetricStore,
  alarms: ReadonlyMap<string, Alarm>,
): Record<string, Operation> {
  const named = (name: string): Alarm => {
    const alarm = alarms.get(name);
    if (!alarm) throw new AwsError('ResourceNotFound', `alarm '${name}' does not exist`, 404);
    return alarm;
  };
  const onAlarms = (action: string) => (input: { AlarmName?: string; AlarmNames?: string[] }) =>
    (input.AlarmNames ?? [input.AlarmName ?? '']).map((n) => ({
      action: `cloudwatch:${action}`,
      resource: alarms.get(n)?.arn ?? '*',
    }));
  const setActions = (enabled: boolean) => (input: { AlarmNames: string[] }) => {
    for (const name of input.AlarmNames) named(name).actionsEnabled = enabled;
    return {};
  };
  return {
    PutMetricData: {
      access: (input) => [
        {
          action: 'cloudwatch:PutMetricData',
          resource: '*',
          context: { 'cloudwatch:namespace': String(input.Namespace) },
        },
      ],
      run: (input: { Namespace: string; MetricData?: Datum[] }, { cloud }) => {
        for (const datum of input.MetricData ?? []) put(store, input.Namespace, datum, cloud.clock.now());
        return {};
      },
    },
    GetMetricData: { access: anywhere('GetMetricData'), run: (input) => getMetricData(store, input) },
    GetMetricStatistics: {
      access: anywhere('GetMetricStatistics'),
      run: (input) => getMetricStatistics(store, input),
    },
    ListMetrics: {
      access: anywhere('ListMetrics'),
      run: (input: {
        Namespace?: string;
        MetricName?: string;
        Dimensions?: { Name: string; Value?: string }[];
      }) => ({
        Metrics: [...store.all()]
          .filter((s) => s.buckets.size > 0)
          .filter((s) => !input.Namespace || s.namespace === input.Namespace)
          .filter((s) => !input.MetricName || s.name === input.MetricName)
          .filter((s) =>
            (input.Dimensions ?? []).every(
              (d) => s.dimensions[d.Name] !== undefined && (!d.Value || s.dimensions[d.Name] === d.Value),
            ),
          )
          .map((s) => ({
            Namespace: s.namespace,
            MetricName: s.name,
            Dimensions: Object.entries(s.dimensions).map(([Name, Value]) => ({ Name, Value })),
          })),
      }),
    },
    DescribeAlarms: {
      access: anywhere('DescribeAlarms'),
      run: (input) => describeAlarms([...alarms.values()], input),
    },
    DescribeAlarmHistory: {
      access: onAlarms('DescribeAlarmHistory'),
      run: (input: { AlarmName?: string }) => ({
        AlarmHistoryItems: [...alarms.values()]
          .filter((a) => !input.AlarmName || a.name === input.AlarmName)
          .flatMap((a) => a.history)
          .toSorted((a, b) => b.at - a.at)
          .map((h) => ({
            AlarmName: h.alarm,
            Timestamp: h.at / 1000,
            HistoryItemType: h.type,
            HistorySummary: h.summary,
          })),
      }),
    },
    SetAlarmState: {
      access: onAlarms('SetAlarmState'),
      run: (input) => {
        const alarm = named(input.AlarmName);
        if (alarm instanceof MetricAlarm) alarm.disturb();
        alarm.become(input.StateValue, input.StateReason, input.StateReasonData);
        return {};
      },
    },
    EnableAlarmActions: { access: onAlarms('EnableAlarmActions'), run: setActions(true) },
    DisableAlarmActions: { access: onAlarms('DisableAlarmActions'), run: setActions(false) },
  };
}
