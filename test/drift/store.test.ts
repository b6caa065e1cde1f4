import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DriftItem } from '../../contracts/registry.ts';
import { emptyPointers, registryKeys } from '../../contracts/registry.ts';
import { goldenSetting } from '../../lambdas/dataset/golden-setting.ts';
import { driftStore } from '../../lambdas/drift/store.ts';
import { registryTable } from '../fakes/registry-table.ts';

let registry: Awaited<ReturnType<typeof registryTable>>;
beforeAll(async () => {
  registry = await registryTable();
});
afterAll(() => registry.stop());
const storeOf = (model: string) => driftStore(registry.client, registry.table, model);
const put = (model: string, sk: string, item: object) =>
  registry.client.send(
    new PutCommand({ TableName: registry.table, Item: { pk: registryKeys.pk(model), sk, ...item } }),
  );
const item = (model: string, at: string, streak: number): DriftItem => ({
  model,
  at,
  drifted: streak > 0,
  undecided: null,
  maxPsi: null,
  streak,
  report: 'r',
  retrainRequested: false,
});
const day = (d: number) => `2026-11-${d}T08:00:00.000Z`;

it('a check can be claimed once, read back, and given up', async () => {
  const store = storeOf('one');
  expect(await store.check(day(10))).toBeNull();
  expect(await store.claim(item('one', day(10), 1))).toBe(true);
  expect(await store.claim(item('one', day(10), 2))).toBe(false);
  expect(await store.check(day(10))).toEqual(item('one', day(10), 1));
  await store.release(item('one', day(10), 1));
  expect(await store.check(day(10))).toBeNull();
  expect(await store.previous(day(11))).toBeNull();
  expect(await store.claim(item('one', day(10), 3))).toBe(true);
  expect((await store.previous(day(11)))?.streak).toBe(3);
});

it('the check before a time is the newest that is older, and the range excludes its end', async () => {
  const store = storeOf('two');
  for (const d of [10, 11, 12]) await store.claim(item('two', day(d), d));
  expect(await store.previous(day(10))).toBeNull();
  expect((await store.previous(day(12)))?.at).toBe(day(11));
  expect((await store.between(day(10), day(12))).map((i) => i.at)).toEqual([day(11), day(10)]);
});

it('without pointers, or with empty ones, there is no champion; a champion that is not registered is an error', async () => {
  const store = storeOf('three');
  expect(await store.champion()).toBeNull();
  await put('three', registryKeys.pointers, emptyPointers('three'));
  expect(await store.champion()).toBeNull();
  await put('three', registryKeys.pointers, { ...emptyPointers('three'), champion: 7 });
  await expect(store.champion()).rejects.toThrow(/version 7 of three/);
});

it('a golden version is set once; the second to set it gets the first', async () => {
  const setting = goldenSetting(registry.client, registry.table, 'four');
  expect(await setting.get()).toBeNull();
  expect(await setting.setOnce('golden-1')).toBe('golden-1');
  expect(await setting.setOnce('golden-2')).toBe('golden-1');
  expect(await setting.get()).toBe('golden-1');
});

it('a settings item that the registry made first keeps what it holds', async () => {
  await put('five', registryKeys.settings, {
    model: 'five',
    goldenVersion: null,
    hyperparameters: { eta: 0.5 },
    lastVersion: 4,
  });
  const setting = goldenSetting(registry.client, registry.table, 'five');
  expect(await setting.setOnce('golden-1')).toBe('golden-1');
  expect(await setting.get()).toBe('golden-1');
});
