import { registryKeys } from '../../contracts/registry.ts';
import { createStore } from '../registry/store.ts';
import { createTable } from '../registry/table.ts';
import { eventsClient, registryClient, s3Client } from '../shared/clients.ts';
import { readEnv } from '../shared/env.ts';
import { createPublisher } from '../shared/events.ts';
import { createLogger } from '../shared/logger.ts';
import type { Model } from '../shared/model.ts';
import { keepRetention } from './keep.ts';

/*
 * Needs: dynamodb:GetItem, Query, UpdateItem, PutItem, ConditionCheckItem on the registry table;
 * s3:PutObjectVersionTagging artifact models/<model>/*; kms:Decrypt of the table's key; events:PutEvents bus. It may
 * delete nothing.
 */

/** The retention function; it takes no input. */
export function createHandler({ definition }: Model) {
  const env = readEnv(process.env, ['registryTable', 'eventBus', 'artifactBucket']);
  const logger = createLogger('retention', definition.name);
  const now = () => new Date();
  const table = createTable(registryClient(), env.registryTable, registryKeys.pk(definition.name));
  const deps = {
    definition,
    store: createStore(table, definition.name, now),
    objects: s3Client(),
    artifactBucket: env.artifactBucket,
    publish: createPublisher(eventsClient(), env.eventBus, now),
    now,
  };
  return async () => {
    const kept = await keepRetention(deps);
    logger.info('retention kept', { ...kept });
    return kept;
  };
}
