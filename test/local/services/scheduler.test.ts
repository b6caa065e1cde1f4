import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../local/cloud/services/scheduler/expression.ts';
import { createScheduler, groupArn } from '../../../local/cloud/services/scheduler/index.ts';
import { createSqs } from '../../../local/cloud/services/sqs/index.ts';
import { fakeCloud, recordingService, START } from '../fake-cloud.ts';

const HOUR = 3_600_000;
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
const next = (expression: string, zone = 'UTC', after = START) =>
  iso(parseExpression(expression, zone, START)(after));

describe('a schedule expression', () => {
  // START is Monday, 2026-11-16T00:00:00Z.
  it.each([
    ['cron(0 6 ? * WED *)', 'UTC', '2026-11-18T06:00:00.000Z'],
    ['cron(0 6 ? * 4 *)', 'UTC', '2026-11-18T06:00:00.000Z'],
    ['cron(0 6 ? * WED *)', 'Europe/Berlin', '2026-11-18T05:00:00.000Z'],
    ['cron(0/15 8-17 ? * MON-FRI *)', 'UTC', '2026-11-16T08:00:00.000Z'],
    ['cron(0 8 L * ? *)', 'UTC', '2026-11-30T08:00:00.000Z'],
    ['cron(0 8 ? * L *)', 'UTC', '2026-11-21T08:00:00.000Z'],
    ['cron(0 8 1 1 ? 2027)', 'UTC', '2027-01-01T08:00:00.000Z'],
    ['rate(5 minutes)', 'UTC', '2026-11-16T00:05:00.000Z'],
    ['rate(1 day)', 'UTC', '2026-11-17T00:00:00.000Z'],
    ['at(2026-11-20T06:00:00)', 'America/New_York', '2026-11-20T11:00:00.000Z'],
  ])('%s in %s comes at %s', (expression, zone, expected) => {
    expect(next(expression, zone)).toBe(expected);
  });

  it('at is over once it has been', () => {
    expect(next('at(2026-11-10T06:00:00)')).toBeUndefined();
  });

  it('rate keeps its beat from the start', () => {
    expect(next('rate(2 hours)', 'UTC', START + 3 * HOUR)).toBe('2026-11-16T04:00:00.000Z');
  });

  it.each([
    'cron(0 6 * * * *)',
    'cron(0 6 ? * WED)',
    'rate(0 minutes)',
    'rate(5 weeks)',
    'hourly',
    'at(noon)',
  ])('%s is refused', (expression) => {
    expect(() => parseExpression(expression, 'UTC', START)).toThrow();
  });
});

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:retrain';
const RoleArn = 'arn:aws:iam::123456789012:role/schedule';

async function schedule(properties: object, target: object = {}) {
  const scheduler = createScheduler();
  const states = recordingService('states', ['StartExecution']);
  const lambda = recordingService('lambda', ['Invoke']);
  const cloud = fakeCloud([scheduler, states.service, lambda.service, createSqs()]);
  await cloud.create('AWS::SQS::Queue', {}, 'dlq');
  await cloud.create('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: MACHINE, RoleArn, Input: '{"reason":"weekly"}', ...target },
    ...properties,
  });
  return { scheduler, states, lambda, cloud };
}

describe('a schedule', () => {
  it('starts its target each time with its role and input', async () => {
    const { states, cloud } = await schedule({});
    await cloud.clock.advanceTo(START + 3 * HOUR);
    expect(states.calls).toHaveLength(3);
    expect(states.calls[0]).toMatchObject({
      caller: { roleArn: RoleArn },
      input: { stateMachineArn: MACHINE, input: '{"reason":"weekly"}' },
    });
  });

  it('fills in the context attributes', async () => {
    const Input = '{"at":"<aws.scheduler.scheduled-time>","n":"<aws.scheduler.attempt-number>"}';
    const { states, cloud } = await schedule({}, { Input });
    await cloud.clock.advanceTo(START + HOUR);
    expect(states.calls[0]?.input.input).toBe('{"at":"2026-11-16T01:00:00Z","n":"1"}');
  });

  it('calls any API operation through a universal target', async () => {
    const Arn = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';
    const Input = JSON.stringify({ stateMachineArn: MACHINE, input: '{}' });
    const { states, cloud } = await schedule({}, { Arn, Input });
    await cloud.clock.advanceTo(START + HOUR);
    expect(states.calls[0]?.input).toEqual({ stateMachineArn: MACHINE, input: '{}' });
  });

  it('comes at the same time in its flexible window for the same seed', async () => {
    const { states, cloud } = await schedule({
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 },
    });
    await cloud.clock.advanceTo(START + HOUR + 299_999);
    expect(states.calls).toHaveLength(0);
    await cloud.clock.advanceTo(START + HOUR + 300_000);
    expect(states.calls).toHaveLength(1);
  });

  it('rests while it is disabled', async () => {
    const { states, cloud } = await schedule({ State: 'DISABLED' });
    await cloud.clock.advanceTo(START + 3 * HOUR);
    expect(states.calls).toEqual([]);
  });

  it('writes what was refused into its dead-letter queue with its own role', async () => {
    const DeadLetterConfig = { Arn: 'arn:aws:sqs:us-east-1:123456789012:stack-dlq' };
    const { scheduler, cloud } = await schedule({}, { DeadLetterConfig });
    cloud.denied.add('states:StartExecution');
    await cloud.clock.advanceTo(START + HOUR);
    expect(scheduler.undelivered).toMatchObject([{ deadLettered: true }]);
    expect(cloud.asked.find((a) => a.action === 'sqs:SendMessage')?.caller).toMatchObject({
      roleArn: RoleArn,
    });
  });

  it('is refused for a target that is not implemented', async () => {
    await expect(schedule({}, { Arn: 'arn:aws:ecs:us-east-1:1:cluster/c' })).rejects.toThrow(
      'Scheduler target',
    );
  });
});

describe('the role of a schedule', () => {
  it('is assumed on behalf of the schedule group, as its trust policy may demand', () => {
    expect(groupArn('arn:aws:scheduler:us-east-1:123456789012:schedule/nightly/retrain')).toBe(
      'arn:aws:scheduler:us-east-1:123456789012:schedule-group/nightly',
    );
  });
});
