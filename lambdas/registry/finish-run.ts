import { type RunItem, registryKeys } from '../../contracts/registry.ts';
import type { Evidence, RegistryInput } from '../../contracts/steps.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';
import { gatherLineage } from './lineage.ts';
import { recordJobs } from './record-training.ts';

/**
 * Closes a run that made no version, and says so. A run that was registered stays so: what failed came after. A run
 * that could not even be opened is only announced.
 */
export async function finishRun(
  deps: RegistryDeps,
  input: ActionInput<RegistryInput, 'finish-run'>,
): Promise<{ readonly run: string }> {
  const { store } = deps;
  const run = await store.run(input.startedAt, input.run);
  if (run && run.outcome !== 'registered')
    await store.table.write([
      {
        kind: 'update',
        sk: registryKeys.run(input.startedAt, input.run),
        set: {
          outcome: input.outcome,
          endedAt: run.endedAt ?? deps.now().toISOString(),
          error: `${input.error} at ${input.step}: ${input.cause}`.slice(0, 4000),
          datasetVersion: input.datasetVersion ?? run.datasetVersion,
          ...(input.evidence && { metrics: input.evidence.evaluation.metrics }),
        },
      },
    ]);
  if (run && input.attempts)
    await recordJobs(deps, run, { attempts: input.attempts, trials: input.trials ?? [] });
  if (run && input.evidence && run.outcome !== 'registered') await recordLineage(deps, run, input.evidence);
  await deps.publish({
    type: 'retrain.failed',
    model: deps.definition.name,
    run: input.run,
    error: input.error,
    cause: input.cause,
    step: input.step,
    execution: input.execution,
  });
  deps.emit({ RetrainRuns: 0, RetrainFailures: 1 });
  return { run: input.run };
}

/** After the outcome, which must be told even when what the run was made from cannot be read any more. */
async function recordLineage(deps: RegistryDeps, run: RunItem, evidence: Evidence): Promise<void> {
  const lineage = await gatherLineage(deps, run, evidence);
  const sk = registryKeys.run(run.startedAt, run.run);
  await deps.store.table.write([{ kind: 'update', sk, set: { lineage } }]);
}
