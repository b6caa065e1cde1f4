/**
 * The release function: what the release machine does, one action a step.
 *
 * Needs: dynamodb:GetItem, Query, PutItem, UpdateItem on the registry table; s3:GetObject, s3:GetObjectVersion artifact
 * models/<model>/*; kms:Decrypt, kms:GenerateDataKey on their key; lambda:GetFunctionConfiguration,
 * UpdateFunctionConfiguration, PublishVersion, ListVersionsByFunction, GetAlias, UpdateAlias on the inference function,
 * lambda:InvokeFunction on <inference function>:*; states:DescribeExecution on executions of the release machine;
 * logs:FilterLogEvents on the inference log group; cloudwatch:GetMetricData on *; events:PutEvents bus.
 */
import { registryKeys } from '../../contracts/registry.ts';
import { releaseInput } from '../../contracts/steps.ts';
import { createStore } from '../registry/store.ts';
import { createTable } from '../registry/table.ts';
import {
  cloudWatchClient,
  eventsClient,
  lambdaClient,
  logsClient,
  registryClient,
  s3Client,
  statesClient,
} from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher } from '../shared/events.ts';
import { createExecutions } from '../shared/executions.ts';
import { createLiveAlias } from '../shared/live-alias.ts';
import { createMetrics } from '../shared/metrics.ts';
import type { Model } from '../shared/model.ts';
import { parseInput } from '../shared/step-input.ts';
import { createInferenceFunction } from './inference-function.ts';
import { createPredictionLines } from './prediction-lines.ts';
import { createRelease } from './release.ts';
import { createSlotMetrics } from './slot-metrics.ts';

export function createHandler({ definition }: Model) {
  const env = readEnv(process.env, [
    'registryTable',
    'eventBus',
    'artifactBucket',
    'inferenceFunction',
    'inferenceLogGroup',
  ]);
  const { name } = definition;
  const now = () => new Date();
  const lambda = lambdaClient();
  const release = createRelease({
    definition,
    store: createStore(createTable(registryClient(), env.registryTable, registryKeys.pk(name)), name, now),
    alias: createLiveAlias(lambda, env.inferenceFunction),
    inference: createInferenceFunction(lambda, env.inferenceFunction),
    executions: createExecutions(statesClient()),
    lines: createPredictionLines(logsClient(), env.inferenceLogGroup),
    metrics: createSlotMetrics(cloudWatchClient(), name, env.inferenceFunction),
    objects: s3Client(),
    artifactBucket: env.artifactBucket,
    publish: createPublisher(eventsClient(), env.eventBus, now),
    emit: createMetrics(name),
    now,
  });
  return async (event: unknown) => release(parseInput(releaseInput, event));
}
