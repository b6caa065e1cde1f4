import { Alarm, type AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Sections of `docs/runbook.md`, one for each kind of alarm. */
export const RUNBOOK_SECTIONS = [
  'error-rate',
  'p99-latency',
  'live-errors',
  'live-throttles',
  'retrain-failed',
  'retrain-missing',
  'drift-check-failed',
  'rollback-failed',
  'rollback-slow',
  'dead-letters',
] as const;
export type RunbookSection = (typeof RUNBOOK_SECTIONS)[number];

export interface RunbookAlarmProps extends Omit<AlarmProps, 'alarmDescription'> {
  /** Section of the runbook that says what to do. */
  readonly section: RunbookSection;
  /** What is wrong, in one sentence without a full stop. */
  readonly what: string;
}

/** An alarm whose description ends with the way to its section of the runbook. */
export function runbookAlarm(scope: Construct, id: string, props: RunbookAlarmProps): Alarm {
  const { section, what, ...alarm } = props;
  return new Alarm(scope, id, { ...alarm, alarmDescription: `${what}. docs/runbook.md#${section}` });
}
