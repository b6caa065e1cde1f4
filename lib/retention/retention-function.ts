import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { ModelFunction } from '../lambda/model-function.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import type { DeadLetters } from '../shared/dead-letters.ts';
import { modelSchedule, scheduleRetry } from '../shared/model-schedule.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { render } from '../shared/permissions.ts';

export interface RetentionFunctionProps extends ModelStackProps {
  readonly deadLetters: DeadLetters;
}

/** Archives versions whose time is over and tags their artifacts for cheaper storage. Deletes nothing. */
export class RetentionFunction extends ModelFunction {
  private readonly props: RetentionFunctionProps;

  constructor(scope: Construct, id: string, props: RetentionFunctionProps) {
    super(scope, id, {
      ...props,
      capability: 'retention',
      key: props.storage.dataKey.key,
      // A few versions a day; a backlog of hundreds takes some requests each.
      timeoutSeconds: 300,
    });
    this.props = props;
    props.storage.registry.grantReadWrite(this);
    props.storage.buckets.grantTagSealed(this);
    props.storage.platformBus.grantPublish(this);
    // The schedule invokes without waiting: Lambda tries again twice, then it is a dead letter.
    this.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(props.deadLetters.queue),
    });
  }

  /** Runs it once a day. */
  schedule(scope: Construct, id: string): void {
    const { definition, deadLetters } = this.props;
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::${render(scope, `${this.function.functionArn}:*`)}]`,
      'The schedule invokes one function; its versions belong to it.',
    );
    modelSchedule(scope, id, {
      description: `Archives versions of ${definition.name} whose time is over`,
      expression: 'cron(30 3 * * ? *)',
      timeZone: definition.schedule.timeZone,
      target: new LambdaInvoke(this.function, scheduleRetry(deadLetters, role)),
    });
  }
}
