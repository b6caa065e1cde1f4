import { describe, expect, it } from 'vitest';
import { readTime } from '../../cli/commands/at.ts';
import { servedAt } from '../../cli/history.ts';
import { rollbackBegun, rollbackFinished } from '../../lambdas/registry/transitions.ts';
import { world } from './world.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 16, hour)).toISOString();

/** Version 1 is promoted at 4 h, version 2, approved by Linus, from 5 h on; it is promoted at 11 h. */
async function twoReleases() {
  const w = world();
  w.addVersion(1);
  w.addVersion(2);
  await w.release(1);
  await w.release(2, 'arn:linus');
  return w;
}

describe('what served at an instant', () => {
  it('is nothing before the first release', async () => {
    const { store } = await twoReleases();
    const served = servedAt('fraud', await store.events(), at(-1));
    expect(served).toMatchObject({ servers: [], since: null, release: null, approved: null });
  });

  it('is both versions by their weight during a canary', async () => {
    const { store } = await twoReleases();
    const { servers, since } = servedAt('fraud', await store.events(), at(9));
    expect(servers).toEqual([
      { version: 1, percent: 50, lambdaVersion: '1' },
      { version: 2, percent: 50, lambdaVersion: '2' },
    ]);
    expect(since).toMatchObject({ at: at(4), change: 'release.promoted' });
  });

  it('names who asked for the release and who approved it', async () => {
    const { store } = await twoReleases();
    const served = servedAt('fraud', await store.events(), at(24));
    expect(served.servers).toEqual([{ version: 2, percent: 100, lambdaVersion: '2' }]);
    expect(served.release).toEqual({ id: 'r2', by: 'arn:grace', reason: 'release 2' });
    expect(served.approved).toEqual({ by: 'arn:linus', at: at(8) });
    const first = servedAt('fraud', await store.events(), at(4));
    expect([first.release?.id, first.approved]).toEqual(['r1', null]);
  });

  it('is the version before, and its own release, after a rollback', async () => {
    const { store } = await twoReleases();
    const author = { by: 'rollback:x', reason: 'alarm' };
    await store.change(author, rollbackBegun({ id: 'x', execution: 'e', target: 'champion', now: at(12) }));
    await store.change(author, rollbackFinished('x'));
    const served = servedAt('fraud', await store.events(), at(24));
    expect(served.servers).toEqual([{ version: 1, percent: 100, lambdaVersion: '1' }]);
    expect(served.since).toMatchObject({ change: 'rollback.finished', reason: 'alarm' });
    expect(served.release?.id).toBe('r1');
  });

  it('does not depend on the order of the events', async () => {
    const { store } = await twoReleases();
    const events = await store.events();
    expect(servedAt('fraud', events.toReversed(), at(9))).toEqual(servedAt('fraud', events, at(9)));
  });
});

describe('a time as it is typed', () => {
  it('is UTC where it names no zone', () => {
    expect(readTime('2026-11-18')).toBe('2026-11-18T00:00:00.000Z');
    expect(readTime('2026-11-18 03:00')).toBe('2026-11-18T03:00:00.000Z');
    expect(readTime('2026-11-18T03:00+02:00')).toBe('2026-11-18T01:00:00.000Z');
  });

  it('is refused when it is none', () => {
    for (const text of ['yesterday', '3', '2026-13-01', ''])
      expect(() => readTime(text)).toThrow('write 2026-11-18T03:00Z');
  });
});
