/**
 * The registry function: opens runs, keeps the training budget, registers versions, closes runs, takes overrides.
 *
 * Needs: dynamodb:GetItem, Query, PutItem, UpdateItem on the registry table (transactions are authorised by these);
 * s3:GetObject, s3:GetObjectVersion artifact evaluations/<model>/*; s3:GetObject, s3:PutObject artifact
 * models/<model>/*; s3:GetObject artifact training/<model>/*, dataset datasets/<model>/*; kms:Decrypt, kms:GenerateDataKey on the key of table and bucket; events:PutEvents bus;
 * states:DescribeExecution on executions of the retrain machine.
 */
import { registryKeys } from '../../contracts/registry.ts';
import { registryInput } from '../../contracts/steps.ts';
import { eventsClient, registryClient, s3Client, statesClient } from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher } from '../shared/events.ts';
import { createExecutions } from '../shared/executions.ts';
import { createMetrics } from '../shared/metrics.ts';
import type { Model } from '../shared/model.ts';
import { parseInput } from '../shared/step-input.ts';
import type { RegistryDeps } from './deps.ts';
import { finishRun } from './finish-run.ts';
import { overrideHyperparameters } from './override.ts';
import { planTraining } from './plan-training.ts';
import { recordTraining } from './record-training.ts';
import { register } from './register.ts';
import { compare } from './repeat.ts';
import { startRun } from './start-run.ts';
import { createStore } from './store.ts';
import { createTable } from './table.ts';

export function createHandler({ definition }: Model) {
  const env = readEnv(process.env, [
    'registryTable',
    'eventBus',
    'artifactBucket',
    'datasetBucket',
    'commit',
  ]);
  const now = () => new Date();
  const table = createTable(registryClient(), env.registryTable, registryKeys.pk(definition.name));
  return createRegistry({
    definition,
    store: createStore(table, definition.name, now),
    objects: s3Client(),
    artifactBucket: env.artifactBucket,
    datasetBucket: env.datasetBucket,
    publish: createPublisher(eventsClient(), env.eventBus, now),
    emit: createMetrics(definition.name),
    executions: createExecutions(statesClient()),
    now,
    commit: env.commit,
  });
}

export const createRegistry = (deps: RegistryDeps) => async (event: unknown) => {
  const input = parseInput(registryInput, event);
  switch (input.action) {
    case 'start-run':
      return startRun(deps, input);
    case 'plan-training':
      return planTraining(deps, input);
    case 'record-training':
      return recordTraining(deps, input);
    case 'register':
      return register(deps, input);
    case 'compare':
      return compare(deps, input);
    case 'finish-run':
      return finishRun(deps, input);
    case 'override-hyperparameters':
      return overrideHyperparameters(deps, input);
  }
};
