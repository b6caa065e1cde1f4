import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createLogs } from '../../../local/cloud/services/logs/index.ts';
import { compileFilter } from '../../../local/cloud/services/logs/pattern.ts';
import type { Service } from '../../../local/cloud/types.ts';
import { fakeCloud, ROLE, recordingService, START } from '../fake-cloud.ts';

const GROUP = '/aws/lambda/inference';
const FIREHOSE = 'arn:aws:firehose:us-east-1:123456789012:deliverystream/predictions';
const PATTERN = '{ $.event = "prediction" || $.event = "outcome" }';

async function logs(properties: object = {}) {
  const service = createLogs();
  const firehose = recordingService('firehose', ['PutRecord']);
  const metrics: unknown[][] = [];
  const emf: object[] = [];
  const monitoring: Service = {
    ...recordingService('monitoring', []).service,
    ...{ record: (...m: unknown[]) => metrics.push(m), ingestEmf: (d: object) => emf.push(d) },
  };
  const cloud = fakeCloud([service, firehose.service, monitoring]);
  await service.start?.(cloud);
  await cloud.create('AWS::Logs::LogGroup', { LogGroupName: GROUP, ...properties });
  const filter = (input: object = {}) =>
    cloud.root('logs', 'FilterLogEvents', { logGroupName: GROUP, ...input });
  return { service, cloud, firehose, metrics, emf, filter };
}
const unpack = (input: { Record: { Data: string } }) =>
  JSON.parse(gunzipSync(Buffer.from(input.Record.Data, 'base64')).toString());

describe('a filter pattern', () => {
  const line = '{"event":"prediction","n":5,"deep":{"a b":[1,{"c":"x"}]},"off":false,"no":null}';
  it.each<[string, boolean]>([
    [PATTERN, true],
    ['{ $.event = "outcome" }', false],
    ['{ $.event = pred* }', true],
    ['{ $.event != "prediction" }', false],
    ['{ $.missing != "x" }', false],
    ['{ $.n > 4 && $.n <= 5 }', true],
    ['{ $.n = 5 }', true],
    ['{ $.n = "5" }', false],
    ['{ $.n < 5 || ($.event = "prediction" && $.off IS FALSE) }', true],
    ['{ $.n < 5 || $.event = "prediction" && $.off IS TRUE }', false],
    ['{ $.deep["a b"][1].c = "x" }', true],
    ['{ $.no IS NULL }', true],
    ['{ $.gone NOT EXISTS }', true],
    ['prediction', true],
    ['prediction outcome', false],
    ['?outcome ?prediction', true],
    ['prediction -deep', false],
    ['"\\"n\\":5"', true],
    ['', true],
  ])('%s says %s', (pattern, expected) => {
    expect(compileFilter(pattern)(line)).toBe(expected);
  });

  it('of JSON matches no line that is not JSON', () => {
    expect(compileFilter('{ $.event = "prediction" }')('START {"event":"prediction"}')).toBe(false);
  });

  it.each(['{ $.a = }', '{ a = 1 }', '{ ($.a = 1 }', '{ $.a ~ 1 }', '{ $.a = 1', '[a, b]'])(
    '%s is refused',
    (pattern) => {
      expect(() => compileFilter(pattern)).toThrow(
        expect.objectContaining({ name: 'InvalidParameterException' }),
      );
    },
  );
});

describe('events', () => {
  it('are found by time and pattern, page by page', async () => {
    const { service, cloud, filter } = await logs();
    for (const [i, at] of [0, 1000, 2000, 3000].entries()) {
      await cloud.clock.advanceTo(START + at);
      service.ingest(GROUP, 's', [`{"i":${i}}`, 'noise']);
    }
    const range = { startTime: START + 1000, endTime: START + 3000, filterPattern: '{ $.i >= 0 }', limit: 2 };
    const first = await filter(range);
    expect(first.events.map((e: { message: string }) => e.message)).toEqual(['{"i":1}', '{"i":2}']);
    const second = await filter({ ...range, nextToken: first.nextToken });
    expect(second).toMatchObject({ events: [{ message: '{"i":3}', timestamp: START + 3000 }] });
    expect(second.nextToken).toBeUndefined();
  });

  it('need the permission on group and stream', async () => {
    const { cloud } = await logs();
    const at = { logGroupName: GROUP, logStreamName: 's' };
    await cloud.call(ROLE, 'logs', 'CreateLogStream', at);
    await cloud.call(ROLE, 'logs', 'PutLogEvents', {
      ...at,
      logEvents: [{ timestamp: START, message: 'm' }],
    });
    expect(cloud.asked.map((a) => a.resource)).toEqual([
      `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}:log-stream:`,
      `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}:log-stream:s`,
    ]);
  });

  it('in the embedded metric format go on to CloudWatch', async () => {
    const { service, emf } = await logs();
    service.ingest(GROUP, 's', ['{"_aws":{"Timestamp":1},"Latency":3}', 'text with "_aws" in it']);
    expect(emf).toEqual([{ _aws: { Timestamp: 1 }, Latency: 3 }]);
  });

  it('are counted by metric filters', async () => {
    const { service, cloud, metrics } = await logs();
    await cloud.create('AWS::Logs::MetricFilter', {
      LogGroupName: GROUP,
      FilterPattern: '{ $.ms > 100 }',
      MetricTransformations: [{ MetricName: 'Slow', MetricNamespace: 'N', MetricValue: '$.ms' }],
    });
    service.ingest(GROUP, 's', ['{"ms":50}', '{"ms":500}']);
    expect(metrics).toEqual([['N', 'Slow', {}, 500, 'None', START]]);
  });
});

describe('a subscription', () => {
  const RoleArn = 'arn:aws:iam::123456789012:role/logs';
  const subscribe = { LogGroupName: GROUP, FilterPattern: PATTERN, DestinationArn: FIREHOSE, RoleArn };

  it('delivers what matches once in five seconds, in one gzipped envelope, with its role', async () => {
    const { service, cloud, firehose } = await logs();
    await cloud.create('AWS::Logs::SubscriptionFilter', subscribe);
    service.ingest(GROUP, 's', ['{"event":"prediction","i":1}', 'noise']);
    await cloud.clock.advanceTo(START + 4000);
    service.ingest(GROUP, 's', ['{"event":"outcome","i":2}']);
    expect(firehose.calls).toEqual([]);
    await cloud.clock.advanceTo(START + 60_000);
    expect(firehose.calls).toHaveLength(1);
    expect(firehose.calls[0]).toMatchObject({
      caller: { roleArn: RoleArn },
      input: { DeliveryStreamName: 'predictions' },
    });
    expect(unpack(firehose.calls[0]?.input)).toMatchObject({
      messageType: 'DATA_MESSAGE',
      logGroup: GROUP,
      logStream: 's',
      logEvents: [
        { message: '{"event":"prediction","i":1}', timestamp: START },
        { message: '{"event":"outcome","i":2}', timestamp: START + 4000 },
      ],
    });
  });

  it('remembers what its destination refused', async () => {
    const { service, cloud } = await logs();
    await cloud.create('AWS::Logs::SubscriptionFilter', subscribe);
    cloud.denied.add('firehose:PutRecord');
    service.ingest(GROUP, 's', ['{"event":"prediction"}']);
    await cloud.clock.advanceTo(START + 60_000);
    expect(service.undelivered).toMatchObject([
      { target: FIREHOSE, error: expect.stringContaining('AccessDenied') },
    ]);
  });

  it('is refused when the group has two', async () => {
    const { cloud } = await logs();
    await cloud.create('AWS::Logs::SubscriptionFilter', subscribe, 'A');
    await cloud.create('AWS::Logs::SubscriptionFilter', subscribe, 'B');
    await expect(cloud.create('AWS::Logs::SubscriptionFilter', subscribe, 'C')).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });
});

it('carries ten thousand prediction lines in twenty deliveries', async () => {
  const { service, cloud, firehose } = await logs();
  await cloud.create('AWS::Logs::SubscriptionFilter', {
    LogGroupName: GROUP,
    FilterPattern: PATTERN,
    DestinationArn: FIREHOSE,
  });
  const features = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`feature_${i}`, i / 7]));
  for (let i = 0; i < 10_000; i++) {
    service.ingest(GROUP, 's', [JSON.stringify({ event: 'prediction', predictionId: `p${i}`, features })]);
  }
  await cloud.clock.advanceTo(START + 60_000);
  expect(firehose.calls).toHaveLength(20);
});
