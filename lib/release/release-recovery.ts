import { Duration } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Construct } from 'constructs';
import type { DeadLetters } from '../shared/dead-letters.ts';
import type { Machine } from '../shared/machine.ts';
import type { ReleaseFunction } from './release-function.ts';

export interface ReleaseRecoveryProps {
  readonly release: Machine;
  readonly releaseFunction: ReleaseFunction;
  readonly deadLetters: DeadLetters;
}

/**
 * Brings the champion back to all of the traffic when the execution of a release is over and could not do it: stopped
 * by hand, out of time, or failed while the registry was away. The execution's name is the release.
 */
export function recoverReleases(scope: Construct, props: ReleaseRecoveryProps): void {
  const { release, releaseFunction, deadLetters } = props;
  releaseFunction.function.configureAsyncInvoke({
    retryAttempts: 2,
    // An outage may last hours; the champion of then is still the one to bring back.
    maxEventAge: Duration.hours(6),
    onFailure: new SqsDestination(deadLetters.queue),
  });
  new Rule(scope, 'EndedReleases', {
    description: 'Releases whose execution ended other than well',
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [release.arn], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
    },
    targets: [
      new LambdaFunction(releaseFunction.function, {
        event: RuleTargetInput.fromObject({
          action: 'recover',
          release: EventField.fromPath('$.detail.name'),
          execution: EventField.fromPath('$.detail.executionArn'),
          status: EventField.fromPath('$.detail.status'),
        }),
        deadLetterQueue: deadLetters.queue,
        retryAttempts: 20,
        maxEventAge: Duration.hours(6),
      }),
    ],
  });
}
