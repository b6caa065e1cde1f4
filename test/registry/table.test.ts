import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { createTable } from '../../lambdas/registry/table.ts';

type Client = Parameters<typeof createTable>[0];

function recording(answer: () => unknown) {
  const inputs: Record<string, unknown>[] = [];
  const client = {
    send: async (command: TransactWriteCommand) => {
      inputs.push(command.input as unknown as Record<string, unknown>);
      return answer();
    },
  } as unknown as Client;
  return { inputs, table: createTable(client, 'registry', 'MODEL#fraud') };
}
const cancelled =
  (...codes: string[]) =>
  () => {
    throw Object.assign(new Error('cancelled'), {
      name: 'TransactionCanceledException',
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  };

describe('the registry table', () => {
  it('puts and updates in one transaction with their conditions', async () => {
    const { inputs, table } = recording(() => ({}));
    await table.write([
      {
        kind: 'put',
        sk: 'POINTERS',
        item: { revision: 2 },
        if: { kind: 'equals', attribute: 'revision', value: 1 },
      },
      { kind: 'put', sk: 'EVENT#2', item: { revision: 2 }, if: { kind: 'absent' } },
      { kind: 'update', sk: 'SETTINGS', set: { lastVersion: 3 }, defaults: { goldenVersion: null } },
    ]);
    expect(inputs[0]).toEqual({
      TransactItems: [
        {
          Put: {
            TableName: 'registry',
            Item: { pk: 'MODEL#fraud', sk: 'POINTERS', revision: 2 },
            ConditionExpression: '#n0 = :v0',
            ExpressionAttributeNames: { '#n0': 'revision' },
            ExpressionAttributeValues: { ':v0': 1 },
          },
        },
        {
          Put: {
            TableName: 'registry',
            Item: { pk: 'MODEL#fraud', sk: 'EVENT#2', revision: 2 },
            ConditionExpression: 'attribute_not_exists(#n0)',
            ExpressionAttributeNames: { '#n0': 'pk' },
          },
        },
        {
          Update: {
            TableName: 'registry',
            Key: { pk: 'MODEL#fraud', sk: 'SETTINGS' },
            UpdateExpression: 'SET #n0 = :v0, #n1 = if_not_exists(#n1, :v1)',
            ConditionExpression: undefined,
            ExpressionAttributeNames: { '#n0': 'lastVersion', '#n1': 'goldenVersion' },
            ExpressionAttributeValues: { ':v0': 3, ':v1': null },
          },
        },
      ],
    });
  });

  it('answers false when a condition failed or another transaction was in the way', async () => {
    const conflict = recording(cancelled('None', 'ConditionalCheckFailed', 'TransactionConflict'));
    expect(await conflict.table.write([])).toBe(false);
  });

  it('does not take a throttled transaction for a lost race', async () => {
    const throttled = recording(cancelled('ConditionalCheckFailed', 'ThrottlingError'));
    await expect(throttled.table.write([])).rejects.toThrow('cancelled');
  });

  it('reads pages until it has what was asked for, without the keys', async () => {
    const pages = [
      { Items: [{ pk: 'p', sk: 'b', n: 2 }], LastEvaluatedKey: { sk: 'b' } },
      { Items: [{ pk: 'p', sk: 'a', n: 1 }] },
    ];
    const { inputs, table } = recording(() => pages.shift());
    expect(await table.newest('VERSION#')).toEqual([{ n: 2 }, { n: 1 }]);
    expect(inputs[1]).toMatchObject({ ExclusiveStartKey: { sk: 'b' }, ScanIndexForward: false });
  });
});
