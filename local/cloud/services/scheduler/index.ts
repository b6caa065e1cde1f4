import { AwsError, type Cloud, NotSupportedLocally, type RestCodec } from '../../types.ts';
import type { SchedulerService, Undelivered } from '../internal.ts';
import { type Delivery, deliver, giveUp } from '../messaging/index.ts';
import { type Schedule, schedulerTypes } from './resources.ts';
import { invoke, withContext } from './target.ts';

const PRINCIPAL = 'scheduler.amazonaws.com';

const codec: RestCodec = {
  decode({ method, path, query }) {
    const [, kind, name] = path.split('/');
    if (method === 'GET' && kind === 'schedules') {
      return name
        ? {
            operation: 'GetSchedule',
            input: { Name: decodeURIComponent(name), GroupName: query['groupName'] },
          }
        : { operation: 'ListSchedules', input: { GroupName: query['ScheduleGroup'] } };
    }
    throw new NotSupportedLocally(`Scheduler ${method} ${path}`);
  },
  encode: (_operation, output) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(output),
  }),
  encodeError: (error) => ({
    status: error.statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.name },
    body: JSON.stringify({ Message: error.message }),
  }),
};

/**
 * `arn:…:schedule/<group>/<name>` as the group's ARN, which is what trust policies see as `aws:SourceArn`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
export const groupArn = (scheduleArn: string): string =>
  scheduleArn.replace(/:schedule\/([^/]+)\/.+$/, ':schedule-group/$1');

/** EventBridge Scheduler: rate, cron and one-time schedules with time zone, flexible window, retries and DLQ. */
export function createScheduler(): SchedulerService {
  const schedules = new Map<string, Schedule>();
  const groups = new Set(['default']);
  const undelivered: Undelivered[] = [];

  const fire = async (cloud: Cloud, schedule: Schedule, scheduledAt: number): Promise<void> => {
    const { target } = schedule;
    const executionId = cloud.random.uuid();
    let number = 0;
    const attempt = async (c: Cloud, delivery: Delivery) => {
      number++;
      const context = { scheduleArn: schedule.arn, scheduledAt, executionId, number };
      await invoke(c, { ...delivery, input: withContext(target.input ?? '{}', context) }, target);
    };
    const delivery: Delivery = {
      target,
      principal: PRINCIPAL,
      sourceArn: schedule.arn,
      trustArn: groupArn(schedule.arn),
      input: withContext(target.input ?? '{}', {
        scheduleArn: schedule.arn,
        scheduledAt,
        executionId,
        number: 1,
      }),
    };
    cloud.trace('scheduler', `${schedule.name} fires`);
    const outcome = await deliver(cloud, delivery, schedule.retry, attempt);
    if (!outcome.delivered) undelivered.push(await giveUp(cloud, delivery, outcome, schedule.deadLetterArn));
  };

  const plan = (cloud: Cloud, schedule: Schedule, after: number): void => {
    const at = schedule.next(Math.max(after, schedule.from - 1));
    if (at === undefined || at > schedule.until) return;
    // Flexible: somewhere in the window, the same place for the same seed.
    const late = schedule.windowMs > 0 ? Math.floor(cloud.random.next() * schedule.windowMs) : 0;
    cloud.clock.at(at, `plan ${schedule.name}`, () => plan(cloud, schedule, at));
    cloud.clock.at(at + late, `schedule ${schedule.name}`, () => fire(cloud, schedule, at));
  };

  /** @throws AwsError ResourceNotFoundException */
  const find = (name: string): Schedule => {
    const found = schedules.get(name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
  };
  const summary = (s: Schedule) => ({
    Arn: s.arn,
    Name: s.name,
    GroupName: s.group,
    State: s.enabled ? 'ENABLED' : 'DISABLED',
    ScheduleExpression: s.expression,
    ScheduleExpressionTimezone: s.zone,
    Target: { Arn: s.target.arn, RoleArn: s.target.roleArn, Input: s.target.input },
  });

  return {
    name: 'scheduler',
    protocol: 'rest',
    rest: codec,
    operations: {
      GetSchedule: {
        access: (input) => [{ action: 'scheduler:GetSchedule', resource: find(input.Name).arn }],
        run: (input) => summary(find(input.Name)),
      },
      ListSchedules: {
        access: () => [{ action: 'scheduler:ListSchedules', resource: '*' }],
        run: (input) => ({
          Schedules: [...schedules.values()]
            .filter((s) => input.GroupName === undefined || s.group === input.GroupName)
            .map(summary),
        }),
      },
    },
    resources: schedulerTypes(groups, (cloud, schedule) => {
      schedules.set(schedule.name, schedule);
      if (schedule.enabled) plan(cloud, schedule, cloud.clock.now());
    }),
    undelivered,
  };
}
