import type { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { emptyPointers, registryKeys } from '../../contracts/registry.ts';
import { readChampion } from '../../lambdas/evaluation/champion.ts';
import { logisticModel } from '../fixtures/onnx.ts';
import { evaluationWorld } from './world.ts';

/** A registry table of these items, by sort key. */
function table(items: Readonly<Record<string, object>>) {
  const send = async (command: GetCommand) => {
    const { TableName, Key, ConsistentRead } = command.input;
    if (TableName !== 'registry' || !ConsistentRead) throw new Error('not how the registry is read');
    const Item = Key!['pk'] === 'MODEL#shop' ? items[Key!['sk'] as string] : undefined;
    return { Item: Item && { ...Item, ...Key, expiresAt: 1 } };
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

describe('the champion', () => {
  it('is null for a model without pointers, and for one that was never released', async () => {
    expect(await readChampion(table({}), 'registry', 'shop')).toBeNull();
    expect(await readChampion(table({ POINTERS: emptyPointers('shop') }), 'registry', 'shop')).toBeNull();
  });

  it('is the version that the pointers name', async () => {
    const { crown, parts } = await evaluationWorld();
    crown(logisticModel([1, 1, 1, 1]));
    const version = (await parts.readChampion())!;
    const pointers = { ...emptyPointers('shop'), champion: 1, championSlot: 'blue' };
    const items = { [registryKeys.pointers]: pointers, [registryKeys.version(1)]: version };
    expect(await readChampion(table(items), 'registry', 'shop')).toEqual(version);
  });

  it('is an error when the registry does not hold it', async () => {
    const items = { POINTERS: { ...emptyPointers('shop'), champion: 4, championSlot: 'blue' } };
    await expect(readChampion(table(items), 'registry', 'shop')).rejects.toThrow('version 4 of shop');
  });
});
