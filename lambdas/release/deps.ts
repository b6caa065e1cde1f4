import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { RegistryStore } from '../registry/store.ts';
import type { ObjectStore } from '../shared/clients.ts';
import type { Publish } from '../shared/events.ts';
import type { Executions } from '../shared/executions.ts';
import type { LiveAlias } from '../shared/live-alias.ts';
import type { Emit } from '../shared/metrics.ts';
import type { InferenceFunction } from './inference-function.ts';
import type { PredictionLines } from './prediction-lines.ts';
import type { SlotMetrics } from './slot-metrics.ts';

/** Everything the release function reaches out to. */
export interface ReleaseDeps {
  readonly definition: ModelDefinition;
  readonly store: RegistryStore;
  readonly alias: LiveAlias;
  readonly inference: InferenceFunction;
  readonly executions: Executions;
  readonly lines: PredictionLines;
  readonly metrics: SlotMetrics;
  readonly objects: ObjectStore;
  readonly artifactBucket: string;
  readonly publish: Publish;
  readonly emit: Emit;
  readonly now: () => Date;
}
export type ActionInput<I extends { action: string }, A extends I['action']> = Extract<I, { action: A }>;

/** Who changes the pointers after a release has begun: the release itself. */
export const authorOf = (release: string, reason: string) => ({ by: `release:${release}`, reason });
