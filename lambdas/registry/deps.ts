import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { ObjectStore } from '../shared/clients.ts';
import type { Publish } from '../shared/events.ts';
import type { ExecutionEnds } from '../shared/executions.ts';
import type { Emit } from '../shared/metrics.ts';
import type { RegistryStore } from './store.ts';

/** Everything the registry function reaches out to. */
export interface RegistryDeps {
  readonly definition: ModelDefinition;
  readonly store: RegistryStore;
  readonly objects: ObjectStore;
  readonly artifactBucket: string;
  readonly datasetBucket: string;
  readonly publish: Publish;
  readonly emit: Emit;
  readonly executions: ExecutionEnds;
  readonly now: () => Date;
  /** Git commit that was deployed. */
  readonly commit: string;
}
export type ActionInput<I extends { action: string }, A extends I['action']> = Extract<I, { action: A }>;
