import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  registryKeys,
  STATUS_TRANSITIONS,
  VERSION_STATUSES,
  type VersionStatus,
} from '../../contracts/registry.ts';
import { requireTransition, statusWrites } from '../../lambdas/registry/status.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import type { Change } from '../../lambdas/registry/transitions.ts';
import { versionItem } from './fixtures.ts';
import { memoryTable } from './memory-table.ts';

const NOW = new Date('2026-11-16T08:00:00Z');
const author = { by: 'ada', reason: 'because', at: NOW.toISOString() };
const status = fc.constantFrom(...VERSION_STATUSES);

/** A change of nothing but statuses. */
const becomes =
  (to: VersionStatus, failedAt: string | null = null) =>
  (pointers: Change['pointers']): Change => ({
    name: 'release.ended',
    pointers,
    versions: [{ version: 1, set: { status: to, failedAt } }],
  });

describe('the statuses of a version', () => {
  it('lead from registration to the archive', () => {
    const way: VersionStatus[] = ['registered', 'candidate', 'champion', 'previous', 'archived'];
    for (const [i, to] of way.slice(1).entries()) expect(STATUS_TRANSITIONS[way[i]!]).toContain(to);
  });

  it('end where a version failed or was archived', () => {
    for (const final of ['archived', 'rejected', 'rolled-back'] as const)
      expect(STATUS_TRANSITIONS[final]).toEqual([]);
  });

  it('never let a version serve that was no candidate and is not the previous champion', () => {
    const before = VERSION_STATUSES.filter((s) => STATUS_TRANSITIONS[s].includes('champion'));
    expect(before).toEqual(['candidate', 'previous']);
  });

  it('say what a version may become when it may not become what is asked', () => {
    expect(() => requireTransition(versionItem(3, { status: 'registered' }), 'champion')).toThrow(
      'version 3 of fraud is registered and may not become champion; it may become candidate, archived',
    );
    expect(() => requireTransition(versionItem(3, { status: 'rejected' }), 'candidate')).toThrow(
      'that is final',
    );
  });
});

describe('a change of status in the store', () => {
  it('happens with its event when it is allowed, and not at all when it is not', async () => {
    await fc.assert(
      fc.asyncProperty(status, status, async (from, to) => {
        const table = memoryTable();
        table.items.set(registryKeys.version(1), versionItem(1, { status: from }));
        const store = createStore(table, 'fraud', () => NOW);
        const done = store.change(author, becomes(to));
        if (from !== to && !STATUS_TRANSITIONS[from].includes(to)) {
          await expect(done).rejects.toMatchObject({ name: 'StatusNotAllowed' });
          expect((await store.pointers()).revision).toBe(0);
          expect(await store.statusEvents()).toEqual([]);
          return;
        }
        await done;
        expect((await store.version(1))?.status).toBe(to);
        expect((await store.statusEvents()).map((e) => [e.from, e.to])).toEqual(
          from === to ? [] : [[from, to]],
        );
      }),
    );
  });

  it('is decided anew when the status changed since it was read', async () => {
    const table = memoryTable();
    table.items.set(registryKeys.version(1), versionItem(1, { status: 'candidate' }));
    const store = createStore(table, 'fraud', () => NOW);
    table.before = async () => {
      await table.write(statusWrites(versionItem(1, { status: 'candidate' }), 'rolled-back', author, 'race'));
    };
    await expect(store.change(author, becomes('champion'))).rejects.toThrow(
      'is rolled-back and may not become champion',
    );
  });
});
