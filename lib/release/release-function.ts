import type { Construct } from 'constructs';
import { ENV, LIVE_ALIAS } from '../../contracts/names.ts';
import type { InferenceFunction } from '../inference/inference-function.ts';
import { ModelFunction } from '../lambda/model-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { allow } from '../shared/permissions.ts';

export interface ReleaseFunctionProps extends ModelStackProps {
  /** The function that is published and whose alias is shifted. */
  readonly inference: InferenceFunction;
}

/** Begins, prepares, smoke-tests, shadows, shifts, judges, promotes and abandons releases. */
export class ReleaseFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: ReleaseFunctionProps) {
    super(scope, id, {
      ...props,
      capability: 'release',
      key: props.storage.dataKey.key,
      memoryMb: 1024,
      // The longest step waits for the update of a function, then publishes; both take seconds, rarely a minute.
      timeoutSeconds: 300,
    });
    props.storage.registry.grantReadWrite(this);
    props.storage.platformBus.grantPublish(this);
    props.storage.buckets.grantReadSealed(this);
    this.grantPublishVersions(props.inference);
    grantShiftAlias(this, props.inference);
    this.grantAskVersions(props.inference);
    this.grantJudge(props.inference);
  }

  /** Seals a model into `$LATEST` and publishes it. */
  private grantPublishVersions(inference: InferenceFunction): void {
    allow(this.role, {
      actions: [
        'lambda:GetFunctionConfiguration',
        'lambda:UpdateFunctionConfiguration',
        'lambda:PublishVersion',
        'lambda:ListVersionsByFunction',
      ],
      resources: [inference.function.functionArn],
    });
    this.setEnvironment(ENV.inferenceFunction, inference.function.functionName);
  }

  /** A version is waited for until it is active; warm-up, smoke test and shadow then ask it directly. */
  private grantAskVersions(inference: InferenceFunction): void {
    allow(this.role, {
      actions: ['lambda:InvokeFunction', 'lambda:GetFunctionConfiguration'],
      resources: [`${inference.function.functionArn}:*`],
      wildcard: 'Versions are numbered when they are published; the function is named.',
    });
  }

  /** What the judge and the shadow look at: metrics and the prediction lines of the log. */
  private grantJudge(inference: InferenceFunction): void {
    allow(this.role, {
      actions: ['cloudwatch:GetMetricData'],
      resources: ['*'],
      wildcard: 'Reading metrics has no resource level.',
    });
    allow(this.role, { actions: ['logs:FilterLogEvents'], resources: [inference.logGroup.logGroupArn] });
    this.setEnvironment(ENV.inferenceLogGroup, inference.logGroup.logGroupName);
  }
}

/** Reading and moving the alias `live`, and nothing else of the function. */
export function grantShiftAlias(fn: ModelFunction, inference: InferenceFunction): void {
  allow(fn.role, {
    actions: ['lambda:GetAlias', 'lambda:UpdateAlias'],
    resources: [inference.function.functionArn, `${inference.function.functionArn}:${LIVE_ALIAS}`],
  });
  fn.setEnvironment(ENV.inferenceFunction, inference.function.functionName);
}
