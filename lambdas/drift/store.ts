import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  type DriftItem,
  driftItemSchema,
  pointersSchema,
  type RunItem,
  registryKeys,
  runItemSchema,
  type VersionItem,
  versionItemSchema,
} from '../../contracts/registry.ts';
import { isNamed } from '../shared/errors.ts';

/** What the drift check reads and writes of the registry. */
export interface DriftStore {
  /** The version the champion pointer names, or null. */
  champion(): Promise<VersionItem | null>;
  check(at: string): Promise<DriftItem | null>;
  /** The check before `at`, or null. */
  previous(at: string): Promise<DriftItem | null>;
  /** Checks from `from` to before `to`, newest first. */
  between(from: string, to: string): Promise<DriftItem[]>;
  /** The newest runs, newest first. */
  runs(): Promise<RunItem[]>;
  /** Claims a check; false when it has been made already. */
  claim(item: DriftItem): Promise<boolean>;
  /** Gives up a claim that could not be announced, so that a retry makes the check again. Nothing is deleted. */
  release(item: DriftItem): Promise<void>;
}

/** Runs that are looked at: a model is retrained some times a week, so these go back months. */
const RUNS = 100;
/** Abandoned checks in a row, and the one asked about, that are looked past for the check before. */
const ABANDONED = 20;

export function driftStore(
  client: Pick<DynamoDBDocumentClient, 'send'>,
  table: string,
  model: string,
): DriftStore {
  const pk = registryKeys.pk(model);
  const get = async (sk: string) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }),
    );
    return Item && bare(Item);
  };
  /** Items with keys in [from, to], newest first. */
  const newest = async (from: string, to: string, limit: number) => {
    const { Items } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        ScanIndexForward: false,
        Limit: limit,
        ConsistentRead: true,
      }),
    );
    return (Items ?? []).map(bare);
  };
  const between = async (from: string, to: string, limit: number) => {
    const items = await newest(registryKeys.drift(from), registryKeys.drift(to), limit);
    return items
      .filter((i) => !i['abandoned'])
      .map((i) => driftItemSchema.parse(i))
      .filter((i) => i.at < to);
  };
  return {
    async champion() {
      const pointers = await get(registryKeys.pointers);
      const champion = pointers && pointersSchema.parse(pointers).champion;
      if (!champion) return null;
      const item = await get(registryKeys.version(champion));
      if (!item) throw new Error(`the champion, version ${champion} of ${model}, is not in the registry`);
      return versionItemSchema.parse(item);
    },
    async check(at) {
      const item = await get(registryKeys.drift(at));
      return item && !item['abandoned'] ? driftItemSchema.parse(item) : null;
    },
    previous: async (at) => (await between('', at, ABANDONED))[0] ?? null,
    between: (from, to) => between(from, to, 1000),
    async runs() {
      const items = await newest(registryKeys.runPrefix, `${registryKeys.runPrefix}~`, RUNS);
      return items.map((i) => runItemSchema.parse(i));
    },
    async claim(item) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { pk, sk: registryKeys.drift(item.at), ...item },
            ConditionExpression: 'attribute_not_exists(pk) OR abandoned = :true',
            ExpressionAttributeValues: { ':true': true },
          }),
        );
        return true;
      } catch (e) {
        if (isNamed(e, 'ConditionalCheckFailedException')) return false;
        throw e;
      }
    },
    async release(item) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk, sk: registryKeys.drift(item.at) },
          UpdateExpression: 'SET abandoned = :true',
          ExpressionAttributeValues: { ':true': true },
        }),
      );
    },
  };
}

/** An item without the attributes that are the table's own. */
function bare({
  pk: _pk,
  sk: _sk,
  expiresAt: _ttl,
  ...item
}: Record<string, unknown>): Record<string, unknown> {
  return item;
}
