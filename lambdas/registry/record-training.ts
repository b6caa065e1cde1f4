import { type RunItem, registryKeys } from '../../contracts/registry.ts';
import type { RegistryInput } from '../../contracts/steps.ts';
import type { Attempt, Trial } from '../../contracts/training.ts';
import { CoalmineError } from '../shared/errors.ts';
import { settle } from './budget.ts';
import { billedUsd } from './cost.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';

interface Jobs {
  readonly attempts: readonly Attempt[];
  readonly trials: readonly Trial[];
}

/** Writes down the jobs of a run and charges its month with what they were billed. May be repeated. */
export async function recordJobs(
  deps: RegistryDeps,
  run: RunItem,
  { attempts, trials }: Jobs,
  set: Partial<Pick<RunItem, 'hyperparameters'>> = {},
): Promise<void> {
  const sk = registryKeys.run(run.startedAt, run.run);
  await deps.store.table.write([
    { kind: 'update', sk, set: { ...set, attempts, ...(trials.length > 0 && { trials }) } },
  ]);
  await settle(deps, run, billedUsd(deps.definition.trainer, attempts));
}

/**
 * Records a training that gave a model. The hyperparameters of a tuned run become those of its best trial: who repeats the
 * run trains with them.
 * @throws CoalmineError TuningFailed when no trial is a candidate; InvalidInput
 */
export async function recordTraining(
  deps: RegistryDeps,
  input: ActionInput<RegistryInput, 'record-training'>,
): Promise<{ readonly hyperparameters: Readonly<Record<string, string>> }> {
  const run = await deps.store.run(input.startedAt, input.run);
  if (!run) throw new CoalmineError('InvalidInput', `run ${input.run} of ${input.startedAt} was not started`);
  const best = input.trials.find((t) => t.job === input.best);
  const hyperparameters = { ...run.hyperparameters, ...best?.hyperparameters };
  await recordJobs(deps, run, input, { hyperparameters });
  const { tuning } = deps.definition.trainer;
  if (tuning && run.reproduces === undefined) requireCandidate(input.trials, best, tuning);
  return { hyperparameters };
}

/** SageMaker itself has no limit of failed trials (CreateHyperParameterTuningJob, ResourceLimits): ours is held here. */
function requireCandidate(
  trials: readonly Trial[],
  best: Trial | undefined,
  tuning: { readonly maxFailedTrials: number },
): void {
  const failed = trials.filter((t) => t.status === 'Failed');
  const first = failed[0] && `; the first: ${failed[0].reason ?? 'no reason given'}`;
  if (!best)
    throw new CoalmineError(
      'TuningFailed',
      `none of ${trials.length} trials gave a model, ${failed.length} failed${first ?? ''}`,
    );
  const allowed = tuning.maxFailedTrials;
  if (failed.length > allowed)
    throw new CoalmineError(
      'TuningFailed',
      `${failed.length} of ${trials.length} trials failed, trainer.tuning.maxFailedTrials allows ${allowed}${first}`,
    );
}
