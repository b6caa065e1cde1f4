import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  pointersSchema,
  registryKeys,
  type VersionItem,
  versionItemSchema,
} from '../../contracts/registry.ts';

/** Reads the champion of a model. */
export type ReadChampion = () => Promise<VersionItem | null>;

/** Key attributes and the TTL are the table's, not the item's. */
function bare(
  item: Record<string, unknown>,
  known: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => name in known));
}

/**
 * The champion's version item, or null when the model has none yet. Read consistently: a promotion a second ago must
 * not let a candidate be compared with the champion before.
 * @throws ZodError when an item is not what the contract says
 */
export async function readChampion(
  client: Pick<DynamoDBDocumentClient, 'send'>,
  table: string,
  model: string,
): Promise<VersionItem | null> {
  const get = async (sk: string) => {
    const key = { pk: registryKeys.pk(model), sk };
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  };
  const item = await get(registryKeys.pointers);
  if (!item) return null;
  const { champion } = pointersSchema.parse(bare(item, pointersSchema.shape));
  if (champion === null) return null;
  const version = await get(registryKeys.version(champion));
  if (!version)
    throw new Error(`the registry points at version ${champion} of ${model} but does not hold it`);
  return versionItemSchema.parse(bare(version, versionItemSchema.shape));
}
