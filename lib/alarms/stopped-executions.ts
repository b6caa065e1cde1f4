import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DeadLetters } from '../shared/dead-letters.ts';
import type { Machine } from '../shared/machine.ts';

export interface StoppedExecutionsProps {
  readonly machines: readonly Machine[];
  readonly topic: ITopic;
  readonly deadLetters: DeadLetters;
}

/**
 * Tells people of an execution that somebody stopped or that ran out of time: it ends between two states, where no
 * Catch of its own can announce anything. A release that a rollback stops is among them.
 */
export function announceStoppedExecutions(scope: Construct, props: StoppedExecutionsProps): void {
  new Rule(scope, 'StoppedExecutions', {
    description: 'Executions that ended without a word of their own',
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: props.machines.map((machine) => machine.arn),
        status: ['ABORTED', 'TIMED_OUT'],
      },
    },
    targets: [
      new SnsTopic(props.topic, {
        deadLetterQueue: props.deadLetters.queue,
        retryAttempts: 20,
        maxEventAge: Duration.hours(2),
      }),
    ],
  });
}
