import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../../local/cloud/services/dynamodb/index.ts';
import type { Service, Shape } from '../../../local/cloud/types.ts';
import { fakeCloud, ROLE, START } from '../fake-cloud.ts';

const services: Service[] = [];
afterEach(async () => {
  for (const s of services.splice(0)) await s.stop?.();
});

async function table(properties: object = {}) {
  const dynamodb = createDynamoDb();
  services.push(dynamodb);
  const cloud = fakeCloud([dynamodb]);
  const { ref: TableName } = await cloud.create('AWS::DynamoDB::Table', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    ...properties,
  });
  const Key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
  const run = (operation: string, input: Shape) => cloud.root('dynamodb', operation, { TableName, ...input });
  const put = (sk: string, more: Shape = {}, rest: Shape = {}) =>
    run('PutItem', { Item: { ...Key(sk), ...more }, ...rest });
  const get = async (sk: string) => (await run('GetItem', { Key: Key(sk), ConsistentRead: true })).Item;
  const transact = (...TransactItems: Shape[]) =>
    cloud.root('dynamodb', 'TransactWriteItems', { TransactItems });
  return { cloud, TableName, Key, run, put, get, transact };
}

describe('items', () => {
  it('are counted up by an update expression', async () => {
    const { run, Key, get } = await table();
    const up = {
      Key: Key('a'),
      UpdateExpression: 'ADD revision :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    };
    await run('UpdateItem', up);
    await run('UpdateItem', up);
    expect(await get('a')).toMatchObject({ revision: { N: '2' } });
  });

  it('are found by a prefix of the sort key, in order', async () => {
    const { run, put } = await table();
    for (const sk of ['EVENT#2', 'EVENT#1', 'RUN#1']) await put(sk);
    const { Items } = await run('Query', {
      KeyConditionExpression: 'pk = :p AND begins_with(sk, :e)',
      ExpressionAttributeValues: { ':p': { S: 'p' }, ':e': { S: 'EVENT#' } },
    });
    expect(Items.map((i: Shape) => i.sk.S)).toEqual(['EVENT#1', 'EVENT#2']);
  });

  it('come with the failed condition when asked for', async () => {
    const { put } = await table();
    await put('a', { v: { N: '7' } });
    const rest = {
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    await expect(put('a', {}, rest)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      fields: { Item: { v: { N: '7' } } },
    });
  });
});

describe('transactions', () => {
  const absent = 'attribute_not_exists(pk)';

  it('write all actions together', async () => {
    const { TableName, Key, get, transact } = await table();
    await transact(
      { Put: { TableName, Item: Key('a'), ConditionExpression: absent } },
      {
        Update: {
          TableName,
          Key: Key('b'),
          UpdateExpression: 'SET v = :v',
          ExpressionAttributeValues: { ':v': { N: '1' } },
        },
      },
    );
    expect(await get('a')).toEqual(Key('a'));
    expect(await get('b')).toMatchObject({ v: { N: '1' } });
  });

  it('write nothing when one condition fails, and say which', async () => {
    const { TableName, Key, put, get, transact } = await table();
    await put('b');
    await expect(
      transact(
        { Put: { TableName, Item: Key('a') } },
        { ConditionCheck: { TableName, Key: Key('b'), ConditionExpression: absent } },
      ),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      fields: { CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }] },
    });
    expect(await get('a')).toBeUndefined();
  });

  it('take back what was written when a later action cannot be applied', async () => {
    const { TableName, Key, put, get, transact } = await table();
    await put('a', { v: { S: 'before' } });
    const UpdateExpression = 'SET n = nothing + :one';
    const ExpressionAttributeValues = { ':one': { N: '1' } };
    await expect(
      transact(
        { Put: { TableName, Item: { ...Key('a'), v: { S: 'after' } } } },
        { Put: { TableName, Item: Key('new') } },
        { Update: { TableName, Key: Key('b'), UpdateExpression, ExpressionAttributeValues } },
      ),
    ).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(await get('a')).toMatchObject({ v: { S: 'before' } });
    expect(await get('new')).toBeUndefined();
  });

  it('let exactly one of many writers of one revision win', async () => {
    const { TableName, Key, put, get, transact } = await table();
    await put('p', { revision: { N: '0' } });
    const change = (who: string) =>
      transact({
        Update: {
          TableName,
          Key: Key('p'),
          UpdateExpression: 'SET revision = :next, who = :who',
          ConditionExpression: 'revision = :now',
          ExpressionAttributeValues: { ':now': { N: '0' }, ':next': { N: '1' }, ':who': { S: who } },
        },
      });
    const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map(change));
    expect(all.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
    expect(await get('p')).toMatchObject({ revision: { N: '1' }, who: { S: 'a' } });
  });

  it('do their work once under one client token', async () => {
    const { cloud, TableName, Key, get } = await table();
    const input = {
      ClientRequestToken: 'once',
      TransactItems: [
        {
          Update: {
            TableName,
            Key: Key('a'),
            UpdateExpression: 'ADD n :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        },
      ],
    };
    await cloud.root('dynamodb', 'TransactWriteItems', input);
    await cloud.root('dynamodb', 'TransactWriteItems', input);
    expect(await get('a')).toMatchObject({ n: { N: '1' } });
  });

  it('refuse two actions on one item', async () => {
    const { TableName, Key, transact } = await table();
    await expect(
      transact({ Put: { TableName, Item: Key('a') } }, { Delete: { TableName, Key: Key('a') } }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('need the permission of each part and of the key', async () => {
    const key = 'arn:aws:kms:us-east-1:123456789012:key/k';
    const SSESpecification = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key };
    const { cloud, TableName, Key } = await table({ SSESpecification });
    await cloud.call(ROLE, 'dynamodb', 'TransactWriteItems', {
      TransactItems: [
        { Put: { TableName, Item: Key('a') } },
        { ConditionCheck: { TableName, Key: Key('b'), ConditionExpression: absent } },
      ],
    });
    expect(cloud.asked.map((a) => a.action)).toEqual([
      'dynamodb:PutItem',
      'kms:Decrypt',
      'dynamodb:ConditionCheckItem',
      'kms:Decrypt',
    ]);
  });
});

it('expires items within a day after their time', async () => {
  const { cloud, put, get } = await table({
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
  const inTwoHours = Math.floor(START / 1000) + 7200;
  await put('soon', { expiresAt: { N: String(inTwoHours) } });
  await put('never');
  await cloud.clock.advanceTo(START + 7_200_000);
  expect(await get('soon')).toBeDefined();
  await cloud.clock.advanceTo(START + 26 * 3_600_000);
  expect(await get('soon')).toBeUndefined();
  expect(await get('never')).toBeDefined();
});
