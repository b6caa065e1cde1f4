import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { RegistryStore } from '../registry/store.ts';
import type { Publish } from '../shared/events.ts';
import type { Executions } from '../shared/executions.ts';
import type { LiveAlias } from '../shared/live-alias.ts';
import type { Emit } from '../shared/metrics.ts';

/** Everything the rollback function reaches out to. */
export interface RollbackDeps {
  readonly definition: ModelDefinition;
  readonly store: RegistryStore;
  readonly alias: LiveAlias;
  readonly executions: Executions;
  readonly publish: Publish;
  readonly emit: Emit;
  readonly now: () => Date;
}
export type ActionInput<I extends { action: string }, A extends I['action']> = Extract<I, { action: A }>;
