import type { Construct } from 'constructs';
import { DataFunction } from '../lambda/data-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Freezes golden sets and dataset versions out of raw data. */
export class DatasetFunction extends DataFunction {
  constructor(scope: Construct, id: string, props: ModelStackProps) {
    // The window is downloaded whole before it is read.
    super(scope, id, { ...props, capability: 'dataset', temporaryMb: 10_240 });
    props.storage.buckets.grantReadRaw(this);
    props.storage.buckets.grantReadWriteDatasets(this);
    props.storage.registry.grantReadWrite(this);
  }
}
