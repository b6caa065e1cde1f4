import { describe, expect, it } from 'vitest';
import { emptyPointers, registryKeys } from '../../contracts/registry.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import { beginRelease, releaseEnded } from '../../lambdas/registry/transitions.ts';
import { versionItem } from './fixtures.ts';
import { memoryTable } from './memory-table.ts';

const NOW = new Date('2026-11-16T08:00:00Z');
const author = { by: 'ada', reason: 'because' };
const begin = (id: string) =>
  beginRelease({ id, execution: `arn:${id}`, version: 1, now: NOW.toISOString() });

function setUp() {
  const table = memoryTable();
  table.items.set(registryKeys.version(1), versionItem(1));
  return { table, store: createStore(table, 'fraud', () => NOW) };
}

describe('the registry store', () => {
  it('reads pointers of a model that has none as empty', async () => {
    expect(await setUp().store.pointers()).toEqual(emptyPointers('fraud'));
  });

  it('writes pointers, their event and the status of the version in one transaction', async () => {
    const { table, store } = setUp();
    const { after, changed } = await store.change(author, begin('r1'));
    expect(changed).toBe(true);
    expect(after).toMatchObject({ revision: 1, candidate: 1 });
    expect(await store.pointers()).toEqual(after);
    expect((await store.version(1))?.status).toBe('candidate');
    expect(await store.event(1)).toMatchObject({
      by: 'ada',
      reason: 'because',
      change: 'release.begun',
      at: NOW.toISOString(),
      from: { candidate: null, release: null },
      to: { candidate: 1, release: { id: 'r1' } },
    });
    expect(await store.statusEvents()).toEqual([
      { model: 'fraud', version: 1, at: NOW.toISOString(), ...author, from: 'registered', to: 'candidate' },
    ]);
    expect(table.items.size).toBe(4);
  });

  it('writes nothing when the transition finds nothing to change', async () => {
    const { table, store } = setUp();
    const { changed } = await store.change(author, releaseEnded('nobody', 'registered', null));
    expect(changed).toBe(false);
    expect(table.items.size).toBe(1);
  });

  it('reads again and decides anew when it lost a race', async () => {
    const { table, store } = setUp();
    table.before = () => store.change(author, begin('faster')).then(() => undefined);
    await expect(store.change(author, begin('slower'))).rejects.toMatchObject({ name: 'ReleaseInProgress' });
    expect((await store.pointers()).release?.id).toBe('faster');
  });

  it('gives up with ConcurrentChange when it loses every race', async () => {
    const { table, store } = setUp();
    const loses = { ...table, write: async () => false };
    const losing = createStore(loses, 'fraud', () => NOW);
    await expect(losing.change(author, begin('r1'))).rejects.toMatchObject({ name: 'ConcurrentChange' });
    expect((await store.pointers()).revision).toBe(0);
  });

  it('fills in settings that other writers have not set', async () => {
    const { table, store } = setUp();
    table.items.set(registryKeys.settings, { model: 'fraud', goldenVersion: 'golden-1' });
    expect(await store.settings()).toEqual({
      model: 'fraud',
      goldenVersion: 'golden-1',
      hyperparameters: {},
      lastVersion: 0,
    });
  });
});
