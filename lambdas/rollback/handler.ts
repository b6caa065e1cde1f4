/**
 * The rollback function: what the rollback machine does, one action a step.
 *
 * Needs: dynamodb:GetItem, PutItem, UpdateItem on the registry table; kms:Decrypt, kms:GenerateDataKey on its key;
 * lambda:GetAlias, UpdateAlias, ListVersionsByFunction on the inference function; states:DescribeExecution on
 * executions of the rollback machine; events:PutEvents bus.
 */
import { registryKeys } from '../../contracts/registry.ts';
import { rollbackInput } from '../../contracts/steps.ts';
import { createStore } from '../registry/store.ts';
import { createTable } from '../registry/table.ts';
import { eventsClient, lambdaClient, registryClient, statesClient } from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher } from '../shared/events.ts';
import { createExecutions } from '../shared/executions.ts';
import { createLiveAlias } from '../shared/live-alias.ts';
import { createMetrics } from '../shared/metrics.ts';
import type { Model } from '../shared/model.ts';
import { parseInput } from '../shared/step-input.ts';
import { begin } from './begin.ts';
import type { RollbackDeps } from './deps.ts';
import { finish } from './finish.ts';
import { restore } from './restore.ts';

export function createHandler({ definition }: Model) {
  const env = readEnv(process.env, ['registryTable', 'eventBus', 'inferenceFunction']);
  const { name } = definition;
  const now = () => new Date();
  return createRollback({
    definition,
    store: createStore(createTable(registryClient(), env.registryTable, registryKeys.pk(name)), name, now),
    alias: createLiveAlias(lambdaClient(), env.inferenceFunction),
    executions: createExecutions(statesClient()),
    publish: createPublisher(eventsClient(), env.eventBus, now),
    emit: createMetrics(name),
    now,
  });
}

export const createRollback = (deps: RollbackDeps) => async (event: unknown) => {
  const input = parseInput(rollbackInput, event);
  switch (input.action) {
    case 'begin':
      return begin(deps, input);
    case 'restore':
      return restore(deps, input);
    case 'finish':
      return finish(deps, input);
  }
};
