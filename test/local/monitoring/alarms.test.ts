import { describe, expect, it } from 'vitest';
import type { ServiceEvent } from '../../../local/cloud/services/internal.ts';
import { createCloudWatch } from '../../../local/cloud/services/monitoring/index.ts';
import { fakeCloud, fakeService, MORNING } from '../fake-cloud.ts';

const START = Date.parse('2026-11-16T08:00:00Z');
const minute = (n: number) => START + n * 60_000;
const topic = 'arn:aws:sns:us-east-1:123456789012:pager';

function setUp() {
  const cloudwatch = createCloudWatch();
  const events: ServiceEvent[] = [];
  const messages: { at: string; state: string; alarm: string }[] = [];
  const bus = fakeService('events', {}, { emit: (e: ServiceEvent) => events.push(e) });
  const sns = fakeService('sns', {
    Publish: (input: { Message: string }, { cloud }) => {
      const message = JSON.parse(input.Message);
      messages.push({ at: cloud.clock.iso(), state: message.NewStateValue, alarm: message.AlarmName });
    },
  });
  const cloud = fakeCloud([cloudwatch, bus, sns], MORNING);
  const alarm = (properties: object, id = 'Alarm') =>
    cloud.create(
      'AWS::CloudWatch::Alarm',
      { AlarmName: id, EvaluationPeriods: 1, AlarmActions: [topic], OKActions: [topic], ...properties },
      id,
    );
  const record = (name: string, value: number, at: number, dimensions = {}) =>
    cloudwatch.record('Coalmine', name, dimensions, value, 'None', at);
  return { cloudwatch, cloud, events, messages, alarm, record };
}

const single = (name: string, Period = 60) => ({
  Namespace: 'Coalmine',
  MetricName: name,
  Statistic: 'Sum',
  Period,
  ComparisonOperator: 'GreaterThanThreshold',
  Threshold: 5,
  TreatMissingData: 'notBreaching',
});

describe('a metric alarm', () => {
  it('alarms as the breaching minute closes, and tells bus and topic once', async () => {
    const { cloud, alarm, record, cloudwatch, events, messages } = setUp();
    await alarm(single('Errors'));
    record('Errors', 9, minute(2) + 30_000);
    await cloud.clock.advanceTo(minute(10));
    expect(
      cloudwatch
        .alarmHistory('Alarm')
        .filter((h) => h.type === 'StateUpdate')
        .map((h) => [h.at, h.to]),
    ).toEqual([
      [minute(1), 'OK'],
      [minute(3), 'ALARM'],
      [minute(6), 'OK'],
    ]);
    expect(messages.map((m) => m.state)).toEqual(['OK', 'ALARM', 'OK']);
    const event = events.find((e) => (e.detail['state'] as { value: string }).value === 'ALARM')!;
    expect(event).toMatchObject({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: ['arn:aws:cloudwatch:us-east-1:123456789012:alarm:Alarm'],
      detail: {
        alarmName: 'Alarm',
        previousState: { value: 'OK' },
        state: { value: 'ALARM', timestamp: '2026-11-16T08:03:00.000+0000' },
        configuration: { metrics: [{ metricStat: { metric: { name: 'Errors' }, stat: 'Sum', period: 60 } }] },
      },
    });
  });

  it('needs M of N data points', async () => {
    const { cloud, alarm, record, cloudwatch } = setUp();
    await alarm({ ...single('Errors'), EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    for (const [i, v] of [9, 0, 0, 9, 0, 9].entries()) record('Errors', v, minute(i));
    await cloud.clock.advanceTo(minute(5));
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'OK' });
    await cloud.clock.advanceTo(minute(6));
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'ALARM' });
  });

  it('evaluates an expression over metrics', async () => {
    const { cloud, alarm, record, cloudwatch } = setUp();
    const metric = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: {
        Metric: { Namespace: 'Coalmine', MetricName, Dimensions: [{ Name: 'slot', Value: 'blue' }] },
        Period: 60,
        Stat: 'Sum',
      },
    });
    await alarm({
      Metrics: [
        { Id: 'rate', Expression: 'IF(requests > 0, FILL(errors, 0) / requests, 0)' },
        metric('errors', 'Errors'),
        metric('requests', 'Predictions'),
      ],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0.02,
      TreatMissingData: 'notBreaching',
    });
    record('Predictions', 100, minute(0), { slot: 'blue' });
    record('Errors', 2, minute(0), { slot: 'blue' });
    record('Predictions', 100, minute(1), { slot: 'blue' });
    record('Errors', 3, minute(1), { slot: 'blue' });
    record('Errors', 50, minute(0), { slot: 'green' });
    await cloud.clock.advanceTo(minute(1));
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'OK' });
    await cloud.clock.advanceTo(minute(2));
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'ALARM' });
  });

  it('watches percentiles', async () => {
    const { cloud, alarm, record, cloudwatch } = setUp();
    const { Statistic: _, ...rest } = single('Latency');
    await alarm({ ...rest, ExtendedStatistic: 'p99', Threshold: 500 });
    for (let i = 0; i < 100; i++) record('Latency', i < 97 ? 10 : 900, minute(0));
    await cloud.clock.advanceTo(minute(1));
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'ALARM' });
  });

  it('takes no action while actions are disabled, but still tells the bus', async () => {
    const { cloud, alarm, record, events, messages } = setUp();
    await alarm({ ...single('Errors'), ActionsEnabled: false });
    record('Errors', 9, minute(0));
    await cloud.clock.advanceTo(minute(1));
    expect(messages).toEqual([]);
    expect(events).toHaveLength(1);
  });

  it('goes back to what its metric says after a state set by hand', async () => {
    const { cloud, alarm, cloudwatch } = setUp();
    await alarm(single('Errors'));
    await cloud.clock.advanceTo(minute(3));
    const input = { AlarmName: 'Alarm', StateValue: 'ALARM', StateReason: 'a drill' };
    await cloud.call({ kind: 'root' }, 'monitoring', 'SetAlarmState', input);
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'ALARM' });
    await cloud.clock.advanceTo(minute(4));
    expect(cloudwatch.alarmStates()).toEqual({ Alarm: 'OK' });
  });

  it('refuses an action that is neither topic nor function', async () => {
    const action = 'arn:aws:automate:us-east-1:ec2:stop';
    await expect(setUp().alarm({ ...single('Errors'), AlarmActions: [action] })).rejects.toThrow(action);
  });

  it('notes an action that failed in its history', async () => {
    const { cloud, alarm, record, cloudwatch } = setUp();
    cloud.denied.add('sns:Publish');
    await alarm(single('Errors'));
    record('Errors', 9, minute(0));
    await cloud.clock.advanceTo(minute(1));
    expect(cloudwatch.alarmHistory('Alarm').at(-1)!.summary).toContain('Failed to execute action');
  });
});

describe('a composite alarm', () => {
  const composite = (more: object = {}) => ({
    AlarmName: 'Any',
    AlarmRule: 'ALARM("A") AND NOT OK(B)',
    AlarmActions: [topic],
    ...more,
  });
  const pages = (m: { alarm: string; at: string }[]) => m.filter((x) => x.alarm === 'Any').map((x) => x.at);

  it('follows its rule at once', async () => {
    const { cloud, alarm, record, cloudwatch } = setUp();
    await alarm(single('a'), 'A');
    await alarm(single('b'), 'B');
    await cloud.create('AWS::CloudWatch::CompositeAlarm', composite());
    record('a', 9, minute(1));
    record('b', 9, minute(1));
    await cloud.clock.advanceTo(minute(1));
    expect(cloudwatch.alarmStates()['Any']).toBe('OK');
    await cloud.clock.advanceTo(minute(2));
    expect(cloudwatch.alarmStates()['Any']).toBe('ALARM');
  });

  it('holds its actions back while the suppressor is in alarm, and after it for the extension period', async () => {
    const { cloud, alarm, record, events, messages } = setUp();
    for (const id of ['A', 'B', 'Burn']) await alarm(single(id.toLowerCase()), id);
    const suppressor = {
      ActionsSuppressor: 'Burn',
      ActionsSuppressorWaitPeriod: 60,
      ActionsSuppressorExtensionPeriod: 120,
    };
    await cloud.create('AWS::CloudWatch::CompositeAlarm', composite(suppressor));
    for (let i = 2; i < 12; i++) for (const m of ['a', 'b']) record(m, 9, minute(i));
    record('burn', 9, minute(2));
    await cloud.clock.advanceTo(minute(15));
    // Burn is in ALARM from minute 3 to 6; two more minutes of extension.
    expect(pages(messages)[0]).toBe(new Date(minute(8)).toISOString());
    const change = events.find(
      (e) => e.detail['alarmName'] === 'Any' && (e.detail['state'] as { value: string }).value === 'ALARM',
    )!;
    expect(change.detail['state']).toMatchObject({ actionsSuppressedBy: 'WaitPeriod' });
  });

  it('acts after the wait period when the suppressor stays calm', async () => {
    const { cloud, alarm, record, messages } = setUp();
    for (const id of ['A', 'B', 'Burn']) await alarm(single(id.toLowerCase()), id);
    const suppressor = {
      ActionsSuppressor: 'Burn',
      ActionsSuppressorWaitPeriod: 90,
      ActionsSuppressorExtensionPeriod: 0,
    };
    await cloud.create('AWS::CloudWatch::CompositeAlarm', composite(suppressor));
    for (let i = 2; i < 12; i++) for (const m of ['a', 'b']) record(m, 9, minute(i));
    await cloud.clock.advanceTo(minute(10));
    expect(pages(messages)).toEqual([new Date(minute(3) + 90_000).toISOString()]);
  });

  it('names an alarm that its rule reads and that does not exist', async () => {
    const { cloud } = setUp();
    await expect(cloud.create('AWS::CloudWatch::CompositeAlarm', composite())).rejects.toThrow(
      "'A' does not exist",
    );
  });
});

it('answers GetMetricData newest first, expressions included', async () => {
  const { cloud, record } = setUp();
  record('Errors', 1, minute(0));
  record('Errors', 2, minute(1));
  const answer = await cloud.call({ kind: 'root' }, 'monitoring', 'GetMetricData', {
    StartTime: new Date(minute(0)),
    EndTime: minute(3) / 1000,
    MetricDataQueries: [
      {
        Id: 'e',
        ReturnData: false,
        MetricStat: { Metric: { Namespace: 'Coalmine', MetricName: 'Errors' }, Period: 60, Stat: 'Sum' },
      },
      { Id: 'filled', Expression: 'FILL(e, 0) * 10' },
    ],
  });
  expect(answer.MetricDataResults).toEqual([
    {
      Id: 'filled',
      Label: 'filled',
      Timestamps: [minute(2) / 1000, minute(1) / 1000, minute(0) / 1000],
      Values: [0, 20, 10],
      StatusCode: 'Complete',
    },
  ]);
});

it('takes every dimension set and every value of an EMF document', () => {
  const { cloudwatch } = setUp();
  cloudwatch.ingestEmf(
    {
      _aws: {
        Timestamp: minute(0),
        CloudWatchMetrics: [
          {
            Namespace: 'Coalmine',
            Dimensions: [['model'], ['model', 'slot']],
            Metrics: [{ Name: 'Latency', Unit: 'Milliseconds' }],
          },
        ],
      },
      model: 'fraud',
      slot: 'blue',
      Latency: [10, 30],
    },
    minute(5),
  );
  const sets: Record<string, string>[] = [{ model: 'fraud' }, { model: 'fraud', slot: 'blue' }];
  for (const dimensions of sets)
    expect(
      cloudwatch.series('Coalmine', 'Latency', dimensions, 'Average', 60, minute(0), minute(10)),
    ).toEqual([{ at: minute(0), value: 20 }]);
});

it('evaluates 20 alarms over 10,000 minutes of data, each as its minute closes', async () => {
  const { cloud, alarm, record, cloudwatch } = setUp();
  for (let i = 0; i < 20; i++) await alarm({ ...single(`m${i % 4}`), EvaluationPeriods: 5 }, `A${i}`);
  for (let m = 0; m < 10_000; m++) for (let i = 0; i < 4; i++) record(`m${i}`, m < 9_990 ? 1 : 9, minute(m));
  await cloud.clock.advanceTo(minute(10_000));
  expect(Object.values(cloudwatch.alarmStates())).toEqual(new Array(20).fill('ALARM'));
});

it('counts a sample that arrives after its minute was asked for', () => {
  const { cloudwatch, record } = setUp();
  const sum = () => cloudwatch.series('Coalmine', 'Errors', {}, 'Sum', 60, minute(0), minute(1));
  record('Errors', 1, minute(0));
  expect(sum()).toEqual([{ at: minute(0), value: 1 }]);
  record('Errors', 2, minute(0));
  expect(sum()).toEqual([{ at: minute(0), value: 3 }]);
});
