import { tmpdir } from 'node:os';
import { datasetInput, type FreezeOutput, type GoldenOutput } from '../../contracts/steps.ts';
import { eventsClient, registryClient, s3Client } from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher } from '../shared/events.ts';
import { createLogger } from '../shared/logger.ts';
import type { Model } from '../shared/model.ts';
import { goldenSetting } from './golden-setting.ts';
import { type DatasetService, runDataset } from './service.ts';

/*
 * Needs:
 *   s3:ListBucket      raw bucket, prefix <model>/*
 *   s3:GetObject       raw bucket <model>/*
 *   s3:ListBucket      dataset bucket, prefix datasets/<model>/*, golden/<model>/*
 *   s3:GetObject, s3:PutObject  dataset bucket datasets/<model>/*, golden/<model>/*
 *   dynamodb:GetItem, dynamodb:UpdateItem  registry table, leading key MODEL#<model>
 *   events:PutEvents   platform bus
 *   kms:Decrypt, kms:GenerateDataKey  platform key
 * Memory: some 150 bytes a row and feature column set of 30, 1.5 GB for a million rows; /tmp holds the raw window.
 */
export function createHandler(model: Model): (event: unknown) => Promise<GoldenOutput | FreezeOutput> {
  const env = readEnv(process.env, ['registryTable', 'eventBus', 'rawBucket', 'datasetBucket']);
  const { name } = model.definition;
  const logger = createLogger('dataset', name);
  const clock = () => new Date();
  const service: DatasetService = {
    deps: {
      model,
      store: s3Client(),
      rawBucket: env.rawBucket,
      datasetBucket: env.datasetBucket,
      scratch: tmpdir(),
      clock,
      note: (text) => logger.info(text),
    },
    setting: goldenSetting(registryClient(), env.registryTable, name),
    publish: createPublisher(eventsClient(), env.eventBus, clock),
  };
  return (event) => runDataset(service, datasetInput.safeParse(event));
}
