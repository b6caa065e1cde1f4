import { Duration } from 'aws-cdk-lib';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Construct } from 'constructs';
import { DataFunction } from '../lambda/data-function.ts';
import type { DeadLetters } from '../shared/dead-letters.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

export interface DriftFunctionProps extends ModelStackProps {
  readonly deadLetters: DeadLetters;
}

/** Compares what the champion sees and says with its baseline. */
export class DriftFunction extends DataFunction {
  constructor(scope: Construct, id: string, props: DriftFunctionProps) {
    super(scope, id, { ...props, capability: 'drift', temporaryMb: 4096 });
    props.storage.buckets.grantReadSealed(this);
    props.storage.buckets.grantCheckDrift(this);
    props.storage.registry.grantReadWrite(this);
    // The schedule invokes without waiting: Lambda tries again twice, then the check is a dead letter.
    this.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(props.deadLetters.queue),
    });
  }
}
