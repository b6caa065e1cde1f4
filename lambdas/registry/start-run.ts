import { type RunItem, registryKeys } from '../../contracts/registry.ts';
import type { RegistryInput, StartRunOutput } from '../../contracts/steps.ts';
import { requireWrittenParts } from './card.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';
import { mergeHyperparameters } from './hyperparameters.ts';
import { inputsOf, recordedRun } from './repeat.ts';

/**
 * Opens the run's item. Said twice, the first one's hyperparameters hold. A run that repeats another takes that one's.
 * @throws CoalmineError CardIncomplete: what cannot be registered is not trained; RunNotReproducible
 */
export async function startRun(
  deps: RegistryDeps,
  input: ActionInput<RegistryInput, 'start-run'>,
): Promise<StartRunOutput> {
  const { store, definition } = deps;
  requireWrittenParts(definition);
  const repeated = input.reproduce == null ? null : await recordedRun(deps, input.reproduce);
  const settings = await store.settings();
  const item: RunItem = {
    model: definition.name,
    run: input.run,
    startedAt: input.startedAt,
    reason: input.reason,
    by: input.by,
    execution: input.execution,
    commit: deps.commit,
    hyperparameters:
      repeated?.hyperparameters ?? mergeHyperparameters(definition.trainer, settings.hyperparameters),
    outcome: null,
    endedAt: null,
    datasetVersion: null,
    version: null,
    metrics: null,
    error: null,
    ...(repeated && { reproduces: repeated.run }),
  };
  const sk = registryKeys.run(input.startedAt, input.run);
  const opened = await store.table.write([{ kind: 'put', sk, item, if: { kind: 'absent' } }]);
  const run = opened ? item : await store.run(input.startedAt, input.run);
  await deps.publish({
    type: 'retrain.started',
    model: definition.name,
    run: input.run,
    reason: input.reason,
    by: input.by,
  });
  return {
    run: input.run,
    hyperparameters: (run ?? item).hyperparameters,
    repeats: repeated && inputsOf(deps, repeated),
  };
}
