import { defineModel, type ModelDefinitionInput } from '../../contracts/model-definition.ts';
import type { Attempt, TrainingPlan } from '../../contracts/training.ts';
import { createRegistry } from '../../lambdas/registry/handler.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import type { ObjectStore } from '../../lambdas/shared/clients.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import { definition } from './fixtures.ts';
import { memoryTable } from './memory-table.ts';

export const STARTED = '2026-11-18T06:00:00.000Z';

export const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  job: 'job-0',
  instanceType: 'ml.g5.xlarge',
  billableSeconds: 0,
  reason: 'CapacityError: none left',
  short: true,
  ...more,
});

/** The registry function with nothing but a table, a clock and the ends of executions. */
export function trainingWorld(trainer: ModelDefinitionInput['trainer'] = {}) {
  const table = memoryTable();
  const events: Announcement[] = [];
  const ended = new Map<string, Date | null>();
  const clock = { now: new Date('2026-11-18T07:00:00.000Z') };
  const now = () => clock.now;
  const { name, description, task, entity, eventTime, card } = definition;
  const store = createStore(table, 'fraud', now);
  const registry = createRegistry({
    definition: defineModel({
      name,
      description,
      task,
      entity,
      eventTime,
      card,
      label: { column: 'y' },
      features: [{ name: 'a', kind: 'numeric' }],
      trainer: { hyperparameters: { eta: 0.1, max_depth: 6 }, seed: 7, ...trainer },
    }),
    store,
    // No training step reads or writes an object.
    objects: {} as ObjectStore,
    artifactBucket: 'artifacts',
    datasetBucket: 'datasets',
    publish: async (e) => void events.push(e),
    emit: () => {},
    executions: { endOf: async (arn) => (ended.has(arn) ? ended.get(arn)! : 'running') },
    now,
    commit: 'abc',
  });
  const start = (run: string, startedAt = STARTED) =>
    registry({ action: 'start-run', run, startedAt, execution: `arn:${run}`, reason: 'weekly', by: 'ada' });
  const plan = (run: string, attempts: readonly Attempt[] = [], startedAt = STARTED) =>
    registry({ action: 'plan-training', run, startedAt, attempts }) as Promise<TrainingPlan>;
  const record = (run: string, attempts: readonly Attempt[], more: object = {}) =>
    registry({
      action: 'record-training',
      run,
      startedAt: STARTED,
      attempts,
      trials: [],
      best: null,
      ...more,
    });
  const finish = (run: string, attempts: readonly Attempt[]) =>
    registry({
      action: 'finish-run',
      run,
      startedAt: STARTED,
      outcome: 'failed',
      error: 'E',
      cause: 'c',
      step: 'Train',
      execution: `arn:${run}`,
      attempts,
    });
  const entry = async (run: string) => (await store.budget('2026-11'))?.runs[run];
  return { store, table, events, ended, clock, start, plan, record, finish, entry };
}
