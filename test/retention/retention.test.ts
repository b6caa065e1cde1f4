import type { PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { SEALED_FILES } from '../../contracts/artifact.ts';
import { emptyPointers, type Pointers, registryKeys, VERSION_STATUSES } from '../../contracts/registry.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import { beginRelease } from '../../lambdas/registry/transitions.ts';
import { dueVersions } from '../../lambdas/retention/decide.ts';
import { keepRetention } from '../../lambdas/retention/keep.ts';
import type { ObjectStore } from '../../lambdas/shared/clients.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import { definition, versionItem } from '../registry/fixtures.ts';
import { memoryTable } from '../registry/memory-table.ts';

const day = (n: number) => new Date(Date.UTC(2026, 10, 1 + n));
const policy = { unreleasedDays: 30, warmDays: 14 };
const since = (n: number) => ({ statusSince: day(n).toISOString() });
const none = emptyPointers('fraud');
const due = (items: Parameters<typeof dueVersions>[0], pointers: Pointers, at: number) =>
  dueVersions(items, pointers, policy, day(at)).map((d) => [d.version.version, d.reason]);

describe('the versions whose time is over', () => {
  it('are those never released for 30 days, to the day', () => {
    const items = [versionItem(1, since(0))];
    expect(due(items, none, 29)).toEqual([]);
    expect(due(items, none, 30)).toEqual([[1, 'registered and never released for 30 days']]);
  });

  it('are former champions, 14 days after they were followed', () => {
    const items = [versionItem(1, { status: 'previous', ...since(5) })];
    expect(due(items, none, 18)).toEqual([]);
    expect(due(items, none, 19)).toEqual([[1, 'no longer champion for 14 days']]);
  });

  it('are of no other status', () => {
    const others = VERSION_STATUSES.filter((s) => s !== 'registered' && s !== 'previous');
    const items = others.map((status, i) => versionItem(i + 1, { status, ...since(0) }));
    expect(due(items, none, 1000)).toEqual([]);
  });

  it('are never those that anything of the pointers names', () => {
    const pointers: Pointers = {
      ...none,
      champion: 1,
      championSlot: 'blue',
      candidate: 2,
      previous: 3,
      slots: { blue: { version: 4, lambdaVersion: '4' }, green: { version: 5, lambdaVersion: '5' } },
      release: {
        id: 'r',
        state: 'canary',
        version: 6,
        slot: 'green',
        weight: 10,
        execution: 'e',
        rollback: null,
        startedAt: '',
        stepSince: '',
        displaced: { version: 7, lambdaVersion: '7' },
      },
    };
    const items = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => versionItem(n, { status: 'previous', ...since(0) }));
    expect(due(items, pointers, 1000).map(([n]) => n)).toEqual([8]);
  });
});

function setUp() {
  const table = memoryTable();
  table.items.set(registryKeys.version(1), versionItem(1, since(0)));
  table.items.set(registryKeys.version(2), versionItem(2, since(25)));
  const now = () => day(40);
  const store = createStore(table, 'fraud', now);
  const events: Announcement[] = [];
  const tagged: string[] = [];
  const fail = { atTag: 0 };
  const objects = {
    send: async ({ input }: PutObjectTaggingCommand) => {
      if (tagged.length + 1 === fail.atTag) {
        fail.atTag = 0;
        throw new Error('the network is gone');
      }
      tagged.push(`${input.Key}@${input.VersionId} ${input.Tagging?.TagSet?.[0]?.Value}`);
      return {};
    },
  } as unknown as ObjectStore;
  const keep = () =>
    keepRetention({
      definition,
      store,
      objects,
      artifactBucket: 'artifacts',
      publish: async (e) => {
        events.push(e);
      },
      now,
    });
  return { table, store, events, tagged, fail, keep };
}

describe('keeping retention', () => {
  it('archives what is due, tags each of its objects by version, and says so once', async () => {
    const { store, events, tagged, keep } = setUp();
    expect(await keep()).toEqual({ archived: [1], tiered: [1] });
    expect(await store.version(1)).toMatchObject({ status: 'archived', tieredAt: day(40).toISOString() });
    expect((await store.version(2))?.status).toBe('registered');
    expect(tagged).toHaveLength(SEALED_FILES.length);
    expect(tagged[0]).toBe('models/fraud/1/model.onnx@model.onnx-1 archived');
    expect(events).toMatchObject([{ type: 'version.archived', version: 1 }]);
    expect(await store.statusEvents()).toMatchObject([
      { version: 1, from: 'registered', to: 'archived', by: 'retention' },
    ]);
    expect(await keep()).toEqual({ archived: [], tiered: [] });
    expect(events).toHaveLength(1);
  });

  it('ends what an attempt left half done', async () => {
    const { store, tagged, fail, keep } = setUp();
    fail.atTag = 4;
    await expect(keep()).rejects.toThrow('the network is gone');
    expect((await store.version(1))?.tieredAt).toBeUndefined();
    expect(await keep()).toEqual({ archived: [], tiered: [1] });
    expect(new Set(tagged).size).toBe(SEALED_FILES.length);
  });

  it('leaves a version alone that a release takes at the same moment', async () => {
    const { table, store, tagged, keep } = setUp();
    const begin = beginRelease({ id: 'r', execution: 'e', version: 1, now: day(40).toISOString() });
    table.before = async () => {
      await store.change({ by: 'ada', reason: 'now' }, begin);
    };
    expect(await keep()).toEqual({ archived: [], tiered: [] });
    expect((await store.version(1))?.status).toBe('candidate');
    expect(tagged).toEqual([]);
  });
});
