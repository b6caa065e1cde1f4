import { describe, expect, it } from 'vitest';
import { beginInput, promote, type World, world } from './world.ts';

const recover = (w: World, release: string, status = 'ABORTED') =>
  w.release({ action: 'recover', release, execution: `arn:${release}`, status });

/** Version 1 is champion, and version 2 has half of its traffic when the execution of its release ends. */
async function stoppedInCanary(): Promise<World> {
  const w = world();
  w.register(1);
  await promote(w, 'first', 1);
  w.register(2);
  w.running.add('arn:second');
  await w.release(beginInput('second', 2));
  await w.release({ action: 'prepare', release: 'second' });
  await w.release({ action: 'shift', release: 'second', weight: 50 });
  w.running.delete('arn:second');
  w.events.length = 0;
  return w;
}

describe('a release whose execution ended without a word', () => {
  it('is abandoned: the champion alone, the version released again whenever somebody wants', async () => {
    const w = await stoppedInCanary();
    expect(await recover(w, 'second')).toEqual({ version: 2 });
    expect(await w.store.pointers()).toMatchObject({ champion: 1, candidate: null, release: null });
    expect(w.alias.target).toEqual({ main: '2' });
    expect((await w.store.version(2))?.status).toBe('registered');
    expect(w.events).toMatchObject([
      { type: 'release.failed', version: 2, error: 'ReleaseStopped', step: 'canary-50' },
    ]);
  });

  it('is abandoned once, however often its end is delivered', async () => {
    const w = await stoppedInCanary();
    await recover(w, 'second');
    expect(await recover(w, 'second')).toEqual({ version: null });
    expect(w.types()).toEqual(['release.failed']);
  });

  it('is left alone while a rollback is ending it', async () => {
    const w = await stoppedInCanary();
    await w.rollback({
      action: 'begin',
      rollback: 'rb',
      execution: 'arn:rb',
      reason: 'why',
      by: 'test',
      slot: null,
    });
    const before = await w.store.pointers();
    expect(await recover(w, 'second')).toEqual({ version: null });
    expect(await w.store.pointers()).toEqual(before);
  });

  it('is left alone when the execution is at work again', async () => {
    const w = await stoppedInCanary();
    w.running.add('arn:second');
    expect(await recover(w, 'second', 'FAILED')).toEqual({ version: null });
    expect(w.alias.target).toMatchObject({ candidate: expect.anything() });
  });

  it('leaves the release alone that came after it', async () => {
    const w = await stoppedInCanary();
    w.running.add('arn:third');
    await w.release(beginInput('third', 2));
    const before = await w.store.pointers();
    expect(await recover(w, 'second')).toEqual({ version: null });
    expect(await w.store.pointers()).toEqual(before);
  });

  it('does nothing to a promoted champion', async () => {
    const w = world();
    w.register(1);
    await promote(w, 'first', 1);
    expect(await recover(w, 'first', 'TIMED_OUT')).toEqual({ version: null });
    expect((await w.store.pointers()).champion).toBe(1);
  });
});
