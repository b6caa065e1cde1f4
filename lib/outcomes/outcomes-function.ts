import type { Construct } from 'constructs';
import { ModelFunction } from '../lambda/model-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Takes outcomes and prints them into the prediction log; needs nothing else. */
export class OutcomesFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, {
      ...props,
      capability: 'outcomes',
      key: props.storage.dataKey.key,
      timeoutSeconds: 10,
    });
  }
}
