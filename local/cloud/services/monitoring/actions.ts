import { NotSupportedLocally } from '../../types.ts';
import { parseArn } from '../common.ts';
import type { Alarm } from './alarm.ts';
import type { AlarmState } from './evaluation.ts';
import { notification, stamp } from './notice.ts';

const KINDS = ['sns', 'lambda'];

/** @throws NotSupportedLocally for actions other than SNS topics and Lambda functions */
export function checkActions(actions: readonly string[]): void {
  for (const action of actions)
    if (!KINDS.includes(parseArn(action).service))
      throw new NotSupportedLocally(`CloudWatch alarm action ${action}`);
}

async function deliver(alarm: Alarm, action: string, from: AlarmState): Promise<void> {
  const { cloud } = alarm;
  if (parseArn(action).service === 'sns') {
    const principal = {
      kind: 'service',
      principal: 'cloudwatch.amazonaws.com',
      sourceArn: alarm.arn,
    } as const;
    await cloud.call(principal, 'sns', 'Publish', {
      TopicArn: action,
      Subject: `${alarm.state}: "${alarm.name}" in ${cloud.region}`.slice(0, 100),
      Message: JSON.stringify(notification(alarm, from)),
    });
    return;
  }
  const principal = 'lambda.alarms.cloudwatch.amazonaws.com';
  const event = {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: cloud.account,
    time: stamp(cloud.clock.now()),
    region: cloud.region,
    alarmData: {
      alarmName: alarm.name,
      state: { value: alarm.state, reason: alarm.reason, timestamp: stamp(alarm.changedAt) },
      previousState: { value: from },
      configuration: alarm.configuration(),
    },
  };
  await cloud.call({ kind: 'service', principal, sourceArn: alarm.arn }, 'lambda', 'Invoke', {
    FunctionName: action,
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify(event)),
  });
}

/** Performs one action as work of its own. A failure is in the alarm's history, as on AWS, and in the trace. */
export function perform(alarm: Alarm, action: string, from: AlarmState): void {
  const note = (summary: string) => {
    alarm.history.push({ at: alarm.cloud.clock.now(), alarm: alarm.name, type: 'Action', summary });
  };
  alarm.cloud.clock.spawn(`alarm ${alarm.name}`, async () => {
    try {
      await deliver(alarm, action, from);
      note(`Successfully executed action ${action}`);
    } catch (e) {
      note(`Failed to execute action ${action}: ${(e as Error).message}`);
      alarm.cloud.trace('cloudwatch', `${alarm.name}: action ${action} failed: ${(e as Error).message}`);
    }
  });
}
