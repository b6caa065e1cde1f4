import type { Construct } from 'constructs';
import type { ModelStackProps } from '../shared/model-stack.ts';
import type { Capability } from './capabilities.ts';
import { ModelFunction } from './model-function.ts';

export interface DataFunctionProps extends ModelStackProps {
  readonly capability: Capability;
  /** Size of `/tmp`, where what is read passes through. */
  readonly temporaryMb: number;
}

/** A function of a model that works through its rows: two cores, and as long as Lambda allows. */
export class DataFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: DataFunctionProps) {
    super(scope, id, {
      ...props,
      key: props.storage.dataKey.key,
      // 1,000,000 rows of 30 features need 1.5 GB to freeze; twice that brings two cores with it.
      memoryMb: 3538,
      timeoutSeconds: 900,
    });
    props.storage.platformBus.grantPublish(this);
  }
}
