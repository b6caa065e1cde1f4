import type { CfnAlias, CfnVersion } from 'aws-cdk-lib/aws-lambda';
import { Alias, Version } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LIVE_ALIAS } from '../../contracts/names.ts';
import { ModelFunction } from '../lambda/model-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Logical ids that never change: a change of either would replace the alias, and with it the champion's traffic. */
export const LIVE_ALIAS_ID = 'LiveAlias';
export const FIRST_VERSION_ID = 'FirstVersion';

/**
 * The function that predicts, and the alias `live` in front of it.
 *
 * CloudFormation creates the alias and its first version once; from then on the release machine moves it. No property
 * of either depends on the code, so that a deployment never touches the weights. The first version has no model and
 * answers 503.
 */
export class InferenceFunction extends ModelFunction {
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: ModelStackProps) {
    const { serving } = props.definition;
    super(scope, id, {
      ...props,
      capability: 'inference',
      key: props.storage.dataKey.key,
      memoryMb: serving.memoryMb,
      timeoutSeconds: serving.timeoutSeconds,
      reservedConcurrency: serving.reservedConcurrency,
    });
    this.live = this.createAlias();
    props.storage.buckets.grantReadSealed(this);
  }

  /** `<function>:live`, the dimension `Resource` of the alias's metrics. */
  get liveResource(): string {
    return `${this.function.functionName}:${LIVE_ALIAS}`;
  }

  private createAlias(): Alias {
    const first = new Version(this, 'FirstVersion', { lambda: this.function });
    const live = new Alias(this, 'Live', { aliasName: LIVE_ALIAS, version: first });
    (first.node.defaultChild as CfnVersion).overrideLogicalId(FIRST_VERSION_ID);
    (live.node.defaultChild as CfnAlias).overrideLogicalId(LIVE_ALIAS_ID);
    return live;
  }
}
