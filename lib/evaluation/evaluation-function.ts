import type { Construct } from 'constructs';
import { ModelFunction } from '../lambda/model-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Compares what was trained with the champion, on the same rows. */
export class EvaluationFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, {
      ...props,
      capability: 'evaluation',
      key: props.storage.dataKey.key,
      // Two models and both evaluation sets in memory, and two cores.
      memoryMb: 3538,
      timeoutSeconds: 900,
      temporaryMb: 4096,
    });
    props.storage.buckets.grantReadDatasets(this);
    props.storage.buckets.grantEvaluate(this);
    props.storage.registry.grantRead(this);
    props.storage.platformBus.grantPublish(this);
  }
}
