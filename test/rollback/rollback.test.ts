import { beforeEach, describe, expect, it } from 'vitest';
import { beginInput, promote, type World, world } from '../release/world.ts';

let w: World;
beforeEach(async () => {
  w = world();
  for (const v of [1, 2, 3]) w.register(v);
  await promote(w, 'one', 1);
  await promote(w, 'two', 2);
  w.events.length = 0;
});
const canary = async () => {
  await w.release(beginInput('r', 3));
  await w.release({ action: 'prepare', release: 'r' });
  await w.release({ action: 'shift', release: 'r', weight: 10 });
  w.events.length = 0;
};
const begin = (rollback: string, slot: 'blue' | 'green' | null, by = 'alarm:x') =>
  w.rollback({ action: 'begin', rollback, execution: `arn:${rollback}`, reason: 'too slow', by, slot });
const end = async (rollback: string) => {
  await w.rollback({ action: 'restore', rollback });
  return w.rollback({ action: 'finish', rollback, reason: 'too slow' });
};

describe('rolling a release back', () => {
  it('brings the champion back alone, marks the version and measures itself', async () => {
    await canary();
    expect(await begin('b', 'blue')).toEqual({
      decision: 'roll-back',
      reason: 'too slow',
      releaseExecution: 'arn:r',
    });
    w.now += 4000;
    await end('b');
    expect(w.alias.target).toEqual({ main: '3' });
    expect(await w.store.pointers()).toMatchObject({
      champion: 2,
      previous: 1,
      release: null,
      rollback: null,
    });
    expect(await w.store.version(3)).toMatchObject({ status: 'rolled-back', failedAt: 'canary-10' });
    expect(w.events).toMatchObject([
      { type: 'rollback.started', version: 3 },
      { type: 'release.rolled-back', version: 3, step: 'canary-10', champion: 2, seconds: 4 },
    ]);
    expect(w.metrics.at(-1)).toEqual({ RollbackSeconds: 4, CandidateWeight: 0 });
  });

  it('gives previous its slot back, so that the champion can still be rolled back', async () => {
    await canary();
    await begin('b', 'blue');
    await end('b');
    await begin('c', 'green');
    await end('c');
    expect(w.alias.target).toEqual({ main: '2' });
    expect(await w.store.pointers()).toMatchObject({ champion: 1, championSlot: 'blue', previous: null });
  });

  it('writes the alias even when it is right already, so that a late shift fails', async () => {
    await w.release(beginInput('r', 3));
    const { revisionId } = w.alias;
    await begin('b', null);
    await w.rollback({ action: 'restore', rollback: 'b' });
    expect(w.alias.revisionId).not.toBe(revisionId);
  });
});

describe('rolling the champion back', () => {
  it('brings previous back and closes the window', async () => {
    await begin('b', 'green');
    await end('b');
    expect(w.alias.target).toEqual({ main: '2' });
    expect(await w.store.pointers()).toMatchObject({
      champion: 1,
      championSlot: 'blue',
      previous: null,
      rollbackUntil: null,
      slots: { green: null },
    });
    expect(await w.store.version(2)).toMatchObject({ status: 'rolled-back', failedAt: 'promoted' });
    expect((await w.store.version(1))?.status).toBe('champion');
    expect(w.events.at(-1)).toMatchObject({ type: 'release.rolled-back', step: 'promoted', champion: 1 });
  });
});

describe('a rollback that arrives twice', () => {
  it('is ignored while the first is at work', async () => {
    await canary();
    await begin('b', 'blue');
    w.running.add('arn:b');
    expect(await begin('c', null)).toMatchObject({ decision: 'ignore', reason: 'rollback b is doing it' });
    expect(w.events.at(-1)).toMatchObject({ type: 'rollback.ignored', rollback: 'c' });
  });

  it('is ignored after the first is done, whichever alarm sends it', async () => {
    await canary();
    await begin('b', 'blue');
    await end('b');
    for (const slot of ['blue', null] as const)
      expect(await begin(`late-${slot}`, slot)).toMatchObject({ decision: 'ignore' });
    expect((await w.store.pointers()).champion).toBe(2);
  });

  it('takes over when the first died, keeping its start', async () => {
    await canary();
    await begin('b', 'blue');
    w.now += 60_000;
    expect(await begin('c', null)).toMatchObject({ decision: 'roll-back', releaseExecution: 'arn:r' });
    await expect(w.rollback({ action: 'restore', rollback: 'b' })).rejects.toMatchObject({
      name: 'ConcurrentChange',
    });
    await end('c');
    expect(w.events.at(-1)).toMatchObject({ type: 'release.rolled-back', version: 3, seconds: 60 });
  });

  it('does its work once when two begin at the same moment', async () => {
    await canary();
    w.running.add('arn:b').add('arn:c');
    w.table.before = async () => {
      await begin('b', 'blue');
    };
    expect(await begin('c', 'blue')).toMatchObject({ decision: 'ignore', reason: 'rollback b is doing it' });
    expect(w.types().filter((t) => t === 'rollback.started')).toHaveLength(1);
  });
});

describe('a rollback that is repeated', () => {
  it('decides the same again', async () => {
    await canary();
    expect(await begin('b', 'blue')).toEqual(await begin('b', 'blue'));
  });

  it('announces the same end again', async () => {
    await canary();
    await begin('b', 'blue');
    await end('b');
    await w.rollback({ action: 'finish', rollback: 'b', reason: 'too slow' });
    expect(w.events.at(-1)).toEqual(w.events.at(-2));
    await begin('c', 'green');
    await end('c');
    await w.rollback({ action: 'finish', rollback: 'c', reason: 'too slow' });
    expect(w.events.at(-1)).toEqual(w.events.at(-2));
  });

  it('decides anew when the release was promoted while it decided', async () => {
    await canary();
    await w.release({ action: 'shift', release: 'r', weight: 100 });
    w.table.before = async () => {
      await w.release({ action: 'promote', release: 'r' });
    };
    expect(await begin('b', 'blue')).toMatchObject({ decision: 'roll-back', releaseExecution: null });
    await end('b');
    expect(await w.store.pointers()).toMatchObject({ champion: 2, previous: null });
    expect(w.events.at(-1)).toMatchObject({ version: 3, step: 'promoted', champion: 2 });
  });
});

describe('the input of the rollback function', () => {
  it('is refused when a field is wrong', async () => {
    await expect(w.rollback({ action: 'begin', rollback: 'b', slot: 'red' })).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });
});
