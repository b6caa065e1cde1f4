import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { type IScheduleTarget, Schedule, ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { ScheduleTargetBaseProps } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { DeadLetters } from './dead-letters.ts';

export interface ModelScheduleProps {
  readonly description: string;
  /** `cron(…)` or `rate(…)`, as EventBridge Scheduler takes it. */
  readonly expression: string;
  /** IANA time zone of a cron expression. */
  readonly timeZone: string;
  readonly target: IScheduleTarget;
}

/** A schedule of EventBridge Scheduler, to the minute. */
export function modelSchedule(scope: Construct, id: string, props: ModelScheduleProps): Schedule {
  return new Schedule(scope, id, {
    description: props.description,
    schedule: ScheduleExpression.expression(props.expression, TimeZone.of(props.timeZone)),
    timeWindow: TimeWindow.off(),
    target: props.target,
  });
}

/** A start that failed is tried again for an hour, then left with the dead letters. */
export const scheduleRetry = (deadLetters: DeadLetters, role?: IRole): ScheduleTargetBaseProps => ({
  role,
  deadLetterQueue: deadLetters.queue,
  retryAttempts: 10,
  maxEventAge: Duration.hours(1),
});
