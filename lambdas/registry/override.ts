import { registryKeys } from '../../contracts/registry.ts';
import type { RegistryInput } from '../../contracts/steps.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';

/** Lays hyperparameters over the definition's until the next override. Runs that have started keep theirs. */
export async function overrideHyperparameters(
  deps: RegistryDeps,
  input: ActionInput<RegistryInput, 'override-hyperparameters'>,
): Promise<{ readonly hyperparameters: Readonly<Record<string, unknown>> }> {
  const written = await deps.store.table.write([
    {
      kind: 'update',
      sk: registryKeys.settings,
      set: { hyperparameters: input.hyperparameters },
      defaults: { model: deps.definition.name, goldenVersion: null, lastVersion: 0 },
    },
  ]);
  if (!written)
    throw new CoalmineError('ConcurrentChange', 'the settings are being changed by somebody else; try again');
  await deps.publish({
    type: 'hyperparameters.overridden',
    model: deps.definition.name,
    by: input.by,
    reason: input.reason,
    hyperparameters: input.hyperparameters,
  });
  return { hyperparameters: input.hyperparameters };
}
