import type { Construct } from 'constructs';
import { ModelFunction } from '../lambda/model-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Freezes golden sets and dataset versions out of raw data. */
export class DatasetFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id, {
      ...props,
      capability: 'dataset',
      key: props.storage.dataKey.key,
      // 1,000,000 rows of 30 features need 1.5 GB; twice that, and two cores with it.
      memoryMb: 3538,
      // The longest that Lambda allows.
      timeoutSeconds: 900,
      // The window is downloaded whole before it is read.
      temporaryMb: 10_240,
    });
    props.storage.buckets.grantReadRaw(this);
    props.storage.buckets.grantReadWriteDatasets(this);
    props.storage.registry.grantReadWrite(this);
    props.storage.platformBus.grantPublish(this);
  }
}
