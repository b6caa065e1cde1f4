import { announce } from '../states/announce.ts';
import type { Alarm, Suppression } from './alarm.ts';
import type { AlarmState } from './evaluation.ts';

/** `2026-11-16T08:00:00.000+0000`, as CloudWatch writes times in events and notifications. */
export const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

interface Before {
  readonly state: AlarmState;
  readonly reason: string;
  readonly data: string | undefined;
  readonly at: number;
}

const stateDetail = (state: AlarmState, reason: string, data: string | undefined, at: number) => ({
  value: state,
  reason,
  ...(data !== undefined && { reasonData: data }),
  timestamp: stamp(at),
});

/** The event `CloudWatch Alarm State Change` on the default bus. A suppressed alarm sends it too, and says so. */
export function announceChange(alarm: Alarm, before: Before, suppression: Suppression | undefined): void {
  announce(alarm.cloud, {
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      configuration: { description: alarm.settings.description ?? '', ...alarm.configuration() },
      previousState: stateDetail(before.state, before.reason, before.data, before.at),
      state: {
        ...stateDetail(alarm.state, alarm.reason, alarm.reasonData, alarm.changedAt),
        ...(suppression && {
          actionsSuppressedBy: suppression.by,
          actionsSuppressedReason: suppression.reason,
        }),
      },
    },
  });
}

/** The JSON message that CloudWatch publishes to SNS. */
export const notification = (alarm: Alarm, from: AlarmState): Record<string, unknown> => ({
  AlarmName: alarm.name,
  AlarmDescription: alarm.settings.description ?? null,
  AWSAccountId: alarm.cloud.account,
  AlarmConfigurationUpdatedTimestamp: stamp(alarm.changedAt),
  NewStateValue: alarm.state,
  NewStateReason: alarm.reason,
  StateChangeTime: stamp(alarm.changedAt),
  Region: alarm.cloud.region,
  AlarmArn: alarm.arn,
  OldStateValue: from,
  OKActions: alarm.settings.okActions,
  AlarmActions: alarm.settings.alarmActions,
  InsufficientDataActions: alarm.settings.insufficientDataActions,
  Trigger: alarm.trigger(),
});
