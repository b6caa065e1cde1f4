import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { registryKeys } from '../../contracts/registry.ts';
import { isNamed } from '../shared/errors.ts';

/** Which golden set a model has; set once, and replaced only by who knows which. */
export interface GoldenSetting {
  get(): Promise<string | null>;
  /** Sets it if there is none; answers the one that holds. */
  setOnce(version: string): Promise<string>;
  /** Sets it if it still is `from`; answers the one that holds. */
  replace(from: string, version: string): Promise<string>;
}

/** The golden version in the model's SETTINGS item. */
export function goldenSetting(
  client: Pick<DynamoDBDocumentClient, 'send'>,
  table: string,
  model: string,
): GoldenSetting {
  const Key = { pk: registryKeys.pk(model), sk: registryKeys.settings };
  const get = async (): Promise<string | null> => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    return (Item?.['goldenVersion'] as string | null | undefined) ?? null;
  };
  const setOnce = async (version: string): Promise<string> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key,
          // The item may not exist yet: give it the shape that the registry reads.
          UpdateExpression:
            'SET goldenVersion = :v, model = :m, hyperparameters = if_not_exists(hyperparameters, :none), ' +
            'lastVersion = if_not_exists(lastVersion, :zero)',
          ConditionExpression: 'attribute_not_exists(goldenVersion) OR goldenVersion = :null',
          ExpressionAttributeValues: { ':v': version, ':m': model, ':none': {}, ':zero': 0, ':null': null },
        }),
      );
      return version;
    } catch (e) {
      if (!isNamed(e, 'ConditionalCheckFailedException')) throw e;
      return (await get()) ?? version;
    }
  };
  const replace = async (from: string, version: string): Promise<string> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key,
          UpdateExpression: 'SET goldenVersion = :v',
          ConditionExpression: 'goldenVersion = :from',
          ExpressionAttributeValues: { ':v': version, ':from': from },
        }),
      );
      return version;
    } catch (e) {
      if (!isNamed(e, 'ConditionalCheckFailedException')) throw e;
      return (await get()) ?? version;
    }
  };
  return { get, setOnce, replace };
}
