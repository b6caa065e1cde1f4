import type { DriftItem } from '../../contracts/registry.ts';
import { eventsClient, registryClient, s3Client } from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher } from '../shared/events.ts';
import { createMetrics } from '../shared/metrics.ts';
import type { Model } from '../shared/model.ts';
import { type DriftService, runDriftCheck } from './service.ts';
import { driftStore } from './store.ts';

/*
 * Needs:
 *   s3:ListBucket        prediction bucket, prefix predictions/<model>/*
 *   s3:GetObject         prediction bucket predictions/<model>/*
 *   s3:PutObject         prediction bucket drift/<model>/*
 *   s3:GetObject, s3:GetObjectVersion  artifact bucket models/<model>/*
 *   dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem, dynamodb:UpdateItem  registry table, leading key MODEL#<model>
 *   events:PutEvents     platform bus
 *   kms:Decrypt, kms:GenerateDataKey   platform key
 * Input: `{"at": "<aws.scheduler.scheduled-time>"}`, so that a repeated delivery is the same check; or `{}`.
 */
export function createHandler(
  model: Model,
): (event: unknown, context: { readonly awsRequestId: string }) => Promise<DriftItem> {
  const env = readEnv(process.env, ['registryTable', 'eventBus', 'predictionBucket', 'artifactBucket']);
  const { name } = model.definition;
  const clock = () => new Date();
  const service: DriftService = {
    model,
    sources: {
      store: s3Client(),
      predictionBucket: env.predictionBucket,
      artifactBucket: env.artifactBucket,
    },
    registry: driftStore(registryClient(), env.registryTable, name),
    publish: createPublisher(eventsClient(), env.eventBus, clock),
    emit: createMetrics(name),
    clock,
  };
  return (event, context) => runDriftCheck(service, event, context.awsRequestId);
}
