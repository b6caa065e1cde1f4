import type { Construct } from 'constructs';
import { DataFunction } from '../lambda/data-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Compares what was trained with the champion, on the same rows: two models and both evaluation sets in memory. */
export class EvaluationFunction extends DataFunction {
  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, { ...props, capability: 'evaluation', temporaryMb: 4096 });
    props.storage.buckets.grantReadDatasets(this);
    props.storage.buckets.grantEvaluate(this);
    props.storage.registry.grantRead(this);
  }
}
