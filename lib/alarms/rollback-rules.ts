import { Duration } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { DeadLetters } from '../shared/dead-letters.ts';
import type { Machine } from '../shared/machine.ts';
import type { ReleaseAlarms } from './release-alarms.ts';

export interface RollbackRulesProps {
  readonly alarms: ReleaseAlarms;
  readonly rollback: Machine;
  readonly deadLetters: DeadLetters;
}

/** Starts the rollback machine when an alarm goes off: a rule for each slot, as a rule's input is fixed. */
export function rollbackRules(scope: Construct, props: RollbackRulesProps): void {
  for (const { slot, alarms } of props.alarms.rollingBack) {
    new Rule(scope, `Rollback-${slot ?? 'live'}`, {
      description: `Rolls back when ${slot ? `slot ${slot}` : 'the alias live'} is sick`,
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: alarms.map((alarm) => alarm.alarmArn),
        detail: { state: { value: ['ALARM'] } },
      },
      targets: [
        new SfnStateMachine(props.rollback.machine, {
          input: RuleTargetInput.fromObject({
            reason: EventField.fromPath('$.detail.state.reason'),
            by: `alarm:${EventField.fromPath('$.detail.alarmName')}`,
            slot,
          }),
          deadLetterQueue: props.deadLetters.queue,
          // After half an hour the alarm of the dead letters has woken somebody who decides.
          retryAttempts: 20,
          maxEventAge: Duration.minutes(30),
        }),
      ],
    });
  }
}
