import type { Construct } from 'constructs';
import type { InferenceFunction } from '../inference/inference-function.ts';
import { ModelFunction } from '../lambda/model-function.ts';
import { grantShiftAlias } from '../release/release-function.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { allow } from '../shared/permissions.ts';

export interface RollbackFunctionProps extends ModelStackProps {
  /** The function whose alias is brought back. */
  readonly inference: InferenceFunction;
}

/** Decides whether there is something to roll back, restores the alias, settles the registry. */
export class RollbackFunction extends ModelFunction {
  constructor(scope: Construct, id: string, props: RollbackFunctionProps) {
    super(scope, id, {
      ...props,
      capability: 'rollback',
      key: props.storage.dataKey.key,
      // A rollback that takes 3 minutes is a page: its three steps share them.
      timeoutSeconds: 60,
      memoryMb: 1024,
    });
    props.storage.registry.grantReadWrite(this);
    props.storage.platformBus.grantPublish(this);
    grantShiftAlias(this, props.inference);
    this.grantFindFirstVersion(props.inference);
  }

  /** A model without a champion goes back to the version that has no model: the function looks up which that is. */
  private grantFindFirstVersion(inference: InferenceFunction): void {
    allow(this.role, {
      actions: ['lambda:ListVersionsByFunction'],
      resources: [inference.function.functionArn],
    });
  }
}
