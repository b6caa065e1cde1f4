import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pointers, registryKeys, type StatusEvent } from '../../contracts/registry.ts';
import { createStore, type RegistryStore } from '../../lambdas/registry/store.ts';
import { keepRetention } from '../../lambdas/retention/keep.ts';
import type { ObjectStore } from '../../lambdas/shared/clients.ts';
import { isNamed } from '../../lambdas/shared/errors.ts';
import { definition, versionItem } from '../registry/fixtures.ts';
import { anyStep, REFUSALS, STEPS } from '../registry/history.ts';
import { memoryTable } from '../registry/memory-table.ts';

const DAY = 86_400_000;
const VERSIONS = [1, 2, 3, 4, 5, 6, 7];
const { unreleasedDays, warmDays } = definition.retention;

/** Every version that the pointers name anywhere, however deep. */
function named(pointers: Pointers): Set<number> {
  const found = new Set<number>();
  const look = (value: unknown, name: string): void => {
    if (typeof value === 'number' && ['champion', 'candidate', 'previous', 'version'].includes(name))
      found.add(value);
    if (typeof value === 'object' && value !== null) for (const [k, v] of Object.entries(value)) look(v, k);
  };
  look(pointers, '');
  return found;
}

/** A registry of seven versions with a clock, and what is sent to S3. */
function world() {
  const table = memoryTable();
  let now = Date.UTC(2026, 10, 1);
  for (const n of VERSIONS)
    table.items.set(registryKeys.version(n), versionItem(n, { registeredAt: new Date(now).toISOString() }));
  const clock = () => new Date(now);
  const store = createStore(table, 'fraud', clock);
  const sent: { command: string; key: string }[] = [];
  const objects = {
    send: async (command: { input: { Key: string } }) => {
      sent.push({ command: command.constructor.name, key: command.input.Key });
      return {};
    },
  } as unknown as ObjectStore;
  const deps = { definition, store, objects, artifactBucket: 'a', publish: async () => {}, now: clock };
  return {
    ...{ table, store, sent },
    keep: () => keepRetention(deps),
    wait: (days: number) => {
      now += days * DAY;
    },
  };
}

async function step(store: RegistryStore, name: string, n: number): Promise<void> {
  try {
    await store.change({ by: 'test', reason: 'a test' }, STEPS[name]!(n));
  } catch (e) {
    if (!isNamed(e, ...REFUSALS, 'StatusNotAllowed')) throw e;
  }
}

/** What came before each archiving, in days. */
function ages(events: readonly StatusEvent[], registeredAt: string): { from: string | null; days: number }[] {
  return events
    .filter((e) => e.to === 'archived')
    .map(({ version, from, at }) => {
      const before = events.filter((e) => e.version === version && e.at <= at && e.to === from);
      const since =
        before
          .map((e) => e.at)
          .sort()
          .at(-1) ?? registeredAt;
      return { from, days: (Date.parse(at) - Date.parse(since)) / DAY };
    });
}

/** Steps of a whole release: by chance alone hardly one comes to its end. */
const RELEASE = ['begin', 'prepare', 'all', 'promote'];

const doing = fc.oneof(
  { weight: 3, arbitrary: fc.nat(6).map((n) => ({ do: 'release' as const, n })) },
  { weight: 8, arbitrary: anyStep.map(([name, n]) => ({ do: 'step' as const, name, n })) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 20 }).map((days) => ({ do: 'wait' as const, days })) },
  { weight: 3, arbitrary: fc.constant({ do: 'keep' as const }) },
);

describe('retention, whatever happens', () => {
  it('archives nothing that a pointer names, nothing before its time, and deletes nothing at all', async () => {
    const archivings = { registered: 0, previous: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(doing, { minLength: 20, maxLength: 60 }), async (history) => {
        const w = world();
        const { registeredAt } = (await w.store.version(1))!;
        let known: string[] = [];
        for (const what of history) {
          if (what.do === 'wait') w.wait(what.days);
          else if (what.do === 'keep') await w.keep();
          else if (what.do === 'release') for (const name of RELEASE) await step(w.store, name, what.n);
          else await step(w.store, what.name, what.n);
          const versions = await w.store.versions();
          const archived = versions.filter((v) => v.status === 'archived').map((v) => v.version);
          const pointed = named(await w.store.pointers());
          expect(archived.filter((n) => pointed.has(n))).toEqual([]);
          expect(w.sent.filter(({ key }) => !archived.includes(Number(key.split('/')[2])))).toEqual([]);
          expect(known.filter((sk) => !w.table.items.has(sk))).toEqual([]);
          known = [...w.table.items.keys()];
        }
        expect(w.sent.filter((s) => s.command !== 'PutObjectTaggingCommand')).toEqual([]);
        for (const n of VERSIONS)
          expect((await w.store.version(n))?.artifact).toEqual(versionItem(n).artifact);
        for (const { from, days } of ages(await w.store.statusEvents(), registeredAt)) {
          expect(['registered', 'previous']).toContain(from);
          archivings[from as keyof typeof archivings]++;
          expect(days).toBeGreaterThanOrEqual(from === 'registered' ? unreleasedDays : warmDays);
        }
      }),
      { numRuns: 200 },
    );
    // The histories are such that something is archived at all.
    expect(archivings.registered).toBeGreaterThan(20);
    expect(archivings.previous).toBeGreaterThan(20);
  });
});
