import { describe, expect, it } from 'vitest';
import { batchKeys, leadingKeys } from '../../../local/cloud/services/dynamodb/leading-keys.ts';

describe('the partition keys that a request names', () => {
  const a = { pk: { S: 'a' }, sk: { S: '1' } };
  it.each([
    ['a key', { Key: a }, ['a']],
    ['an item', { Item: { ...a, n: { N: '1' } } }, ['a']],
    ['many keys', { Keys: [a, { pk: { S: 'b' } }] }, ['a', 'b']],
    [
      'a batch of writes',
      batchKeys([{ PutRequest: { Item: a } }, { DeleteRequest: { Key: { pk: { S: 'c' } } } }]),
      ['a', 'c'],
    ],
    [
      'a query with placeholders',
      {
        KeyConditionExpression: '#k = :k AND begins_with(sk, :p)',
        ExpressionAttributeNames: { '#k': 'pk' },
        ExpressionAttributeValues: { ':k': { S: 'q' }, ':p': { S: 'x' } },
      },
      ['q'],
    ],
    [
      'a query that names its sort key first',
      {
        KeyConditionExpression: 'sk=:s and pk=:p',
        ExpressionAttributeValues: { ':s': { S: '1' }, ':p': { S: 'a' } },
      },
      ['a'],
    ],
    ['a scan', { FilterExpression: 'x = :x' }, []],
  ])('are found in %s', (_, request, keys) => {
    expect(leadingKeys(request, 'pk')).toEqual(keys);
  });
});
