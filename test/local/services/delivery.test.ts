import { describe, expect, it } from 'vitest';
import { createEvents } from '../../../local/cloud/services/events/index.ts';
import { createFirehose } from '../../../local/cloud/services/firehose/index.ts';
import { undelivered } from '../../../local/cloud/services/internal.ts';
import { createLogs } from '../../../local/cloud/services/logs/index.ts';
import { backoffMs, retryable } from '../../../local/cloud/services/messaging/index.ts';
import { createScheduler } from '../../../local/cloud/services/scheduler/index.ts';
import { createSns } from '../../../local/cloud/services/sns/index.ts';
import { AwsError } from '../../../local/cloud/types.ts';
import { fakeCloud, recordingService, START } from '../fake-cloud.ts';

describe('a failed delivery', () => {
  it.each([
    ['ThrottlingException', 400, true],
    ['TooManyRequestsException', 429, true],
    ['ServiceUnavailable', 503, true],
    ['AccessDenied', 403, false],
    ['ResourceNotFoundException', 404, false],
  ])('of %s (%i) is tried again: %s', (code, status, expected) => {
    expect(retryable(new AwsError(code, '', status))).toBe(expected);
  });

  it('waits twice as long each time, an hour at most', () => {
    expect([0, 1, 5, 20].map(backoffMs)).toEqual([1000, 2000, 32_000, 3_600_000]);
  });
});

it('what got lost in any service is found in one list, oldest first', async () => {
  const states = recordingService('states', ['StartExecution']);
  const cloud = fakeCloud([
    createEvents(),
    createScheduler(),
    createSns(),
    createLogs(),
    createFirehose(),
    states.service,
  ]);
  cloud.denied.add('states:StartExecution');
  const Arn = 'arn:aws:states:us-east-1:123456789012:stateMachine:m';
  const RoleArn = 'arn:aws:iam::123456789012:role/r';
  await cloud.create('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 minute)',
    EndDate: '2026-11-16T00:01:00Z',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn, RoleArn },
  });
  const EventPattern = { source: ['s'] };
  await cloud.create('AWS::Events::Rule', { EventPattern, Targets: [{ Id: 't', Arn, RoleArn }] });
  const Entries = [{ Source: 's', DetailType: 'd', Detail: '{}' }];
  await cloud.root('events', 'PutEvents', { Entries });
  await cloud.clock.advanceTo(START + 300_000);
  expect(undelivered(cloud).map((u) => [u.at - START, u.from.split(':')[2]])).toEqual([
    [0, 'events'],
    [60_000, 'scheduler'],
  ]);
});
