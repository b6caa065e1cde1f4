import type { Shape } from '../../types.ts';

const text = (value: Shape): string => String(value?.S ?? value?.N ?? value?.B);

/** `#pk = :pk` of the partition key in a key condition, whatever it is called there. */
function ofQuery(input: Shape, hashKey: string): string[] {
  const names: Record<string, string> = input.ExpressionAttributeNames ?? {};
  for (const [, name, value] of String(input.KeyConditionExpression ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    if ((names[name!] ?? name) === hashKey) return [text(input.ExpressionAttributeValues?.[value!])];
  }
  return [];
}

/**
 * Partition keys that a request names: the condition key `dynamodb:LeadingKeys`. Empty where AWS has none either: a
 * scan, a query of an index with another key.
 * @param input the request, or the part of a transaction or batch that concerns one table
 */
export function leadingKeys(input: Shape, hashKey: string | undefined): string[] {
  if (hashKey === undefined) return [];
  if (input.KeyConditionExpression !== undefined) return ofQuery(input, hashKey);
  const holders: Shape[] = input.Keys ?? [input.Key ?? input.Item];
  return holders.filter((h) => h?.[hashKey] !== undefined).map((h) => text(h[hashKey]));
}

/** The requests of a BatchWriteItem to one table, as one that names keys. */
export const batchKeys = (requests: Shape): Shape =>
  Array.isArray(requests)
    ? { Keys: requests.map((r: Shape) => r.PutRequest?.Item ?? r.DeleteRequest?.Key) }
    : requests;
