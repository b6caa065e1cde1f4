import { createHash } from 'node:crypto';
import type { RegistryInput } from '../../contracts/steps.ts';
import type { Trainer } from '../../contracts/trainer.ts';
import { jobPrefixes, type TrainingPlan } from '../../contracts/training.ts';
import { worstCase } from '../../contracts/worst-case.ts';
import { CoalmineError } from '../shared/errors.ts';
import { reserve } from './budget.ts';
import { chooseInstances } from './capacity.ts';
import { billedUsd } from './cost.ts';
import type { ActionInput, RegistryDeps } from './deps.ts';
import { fixedHyperparameters, tuningJobConfig } from './tuning-job.ts';

/** Between the end of a job and the news of it: starting, saving and uploading are not in its run time. */
const MARGIN_SECONDS = 3600;

/**
 * Says what the run's next job trains on, after the ones that found no instances, and reserves what it may cost. A run
 * that repeats another takes that one's hyperparameters, found by tuning or not, and searches nothing.
 * @throws CoalmineError BudgetExceeded, CapacityExhausted, InvalidInput
 */
export async function planTraining(
  deps: RegistryDeps,
  input: ActionInput<RegistryInput, 'plan-training'>,
): Promise<TrainingPlan> {
  const { definition, store } = deps;
  const { trainer } = definition;
  const { startedAt, attempts } = input;
  const run = await store.run(startedAt, input.run);
  if (!run) throw new CoalmineError('InvalidInput', `run ${input.run} of ${startedAt} was not started`);
  const tuning = run.reproduces === undefined ? trainer.tuning : null;
  const { instanceType, waitSeconds, left } = chooseInstances(trainer, attempts);
  // A job that did not tell had found no instances, or the run would be over: it was billed nothing.
  const billed = billedUsd(trainer, attempts) ?? 0;
  await reserve(deps, run, billed, worstCase(trainer, left, tuning !== null));
  const last = attempts.at(-1);
  if (last)
    await deps.publish({
      type: 'training.postponed',
      model: definition.name,
      run: run.run,
      instanceType: last.instanceType,
      reason: last.reason ?? '',
      next: instanceType,
      waitSeconds,
    });
  const which = `${digest(run.run)}-${attempts.length}`;
  return {
    name: tuning
      ? `${jobPrefixes.tuning(definition.name)}${which}`
      : `${jobPrefixes.training(definition.name)}${minute(startedAt)}-${which}`,
    instanceType,
    waitSeconds,
    hyperparameters: tuning ? fixedHyperparameters(run.hyperparameters, tuning) : run.hyperparameters,
    network: networkOf(trainer),
    tuning: tuning && tuningJobConfig(tuning, seedOf(run.hyperparameters, trainer)),
    timeoutSeconds:
      Math.ceil(tuning ? tuning.maxTrials / tuning.parallel : 1) * longestSeconds(trainer) + MARGIN_SECONDS,
  };
}

const digest = (run: string): string => createHash('sha256').update(run).digest('hex').slice(0, 12);
const minute = (iso: string): string => iso.slice(0, 16).replace(/[^0-9]/g, '');
const longestSeconds = ({ spot, maxHours, maxWaitHours }: Trainer): number =>
  Math.ceil((spot ? maxWaitHours : maxHours) * 3600);
const networkOf = ({ vpc }: Trainer) =>
  vpc ? { VpcConfig: { Subnets: vpc.subnetIds, SecurityGroupIds: vpc.securityGroupIds } } : {};
/** The run's own seed, which an operator may have overridden. */
const seedOf = (hyperparameters: Readonly<Record<string, string>>, { seed }: Trainer): number => {
  const given = Number(hyperparameters['seed']);
  return Number.isSafeInteger(given) && given >= 0 ? given : seed;
};
