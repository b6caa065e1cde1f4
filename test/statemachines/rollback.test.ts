import { beforeEach, describe, expect, it } from 'vitest';
import { type Theatre, theatre } from './theatre.ts';

let t: Theatre;
beforeEach(async () => {
  t = await theatre();
  for (const v of [1, 2, 3]) t.w.register(v);
  await t.end(await t.start('release', { version: 1 }, 'one'));
  await t.end(await t.start('release', { version: 2 }, 'two'));
  t.types().length = 0;
});
const canary = async () => {
  const release = await t.start('release', { version: 3 }, 'three');
  await t.minutes(20);
  t.types().length = 0;
  return release;
};

describe('the rollback machine', () => {
  it('stops the release of the slot that alarms and brings the champion back', async () => {
    const release = await canary();
    const rollback = await t.end(
      await t.start('rollback', { reason: 'p99', by: 'alarm:slow-blue', slot: 'blue' }),
    );
    expect(rollback.status).toBe('SUCCEEDED');
    expect(release).toMatchObject({ status: 'ABORTED', error: 'ReleaseSuperseded' });
    expect(t.types()).toEqual(['rollback.started', 'release.rolled-back']);
    expect(t.w.alias.target).toEqual({ main: '3' });
    await t.minutes(24 * 60);
    expect(t.types()).toHaveLength(2);
  });

  it('does its work once when alarms start it twice at the same moment', async () => {
    await canary();
    const first = await t.start('rollback', { slot: 'blue', by: 'alarm:a' }, 'a');
    const second = await t.start('rollback', { slot: null, by: 'alarm:b' }, 'b');
    await t.end(first);
    expect((await t.end(second)).status).toBe('SUCCEEDED');
    expect(t.types().toSorted()).toEqual(['release.rolled-back', 'rollback.ignored', 'rollback.started']);
    expect((await t.w.store.pointers()).champion).toBe(2);
  });

  it('brings previous back by hand, without any input', async () => {
    const rollback = await t.end(await t.start('rollback'));
    expect(rollback.status).toBe('SUCCEEDED');
    expect(await t.w.store.pointers()).toMatchObject({ champion: 1, previous: null });
    expect(t.w.events.at(-2)).toMatchObject({ by: 'a person', reason: 'started by hand' });
  });

  it('brings the traffic back also when the release cannot be stopped', async () => {
    await canary();
    t.cloud.denied.add('states:StopExecution');
    expect((await t.end(await t.start('rollback', { slot: 'blue' }))).status).toBe('SUCCEEDED');
    expect(t.w.alias.target).toEqual({ main: '3' });
    t.cloud.denied.clear();
    await t.end(t.states.executions.find((e) => e.name === 'three')!);
    // The release found itself superseded at its next step and changed nothing.
    expect(t.w.alias).toMatchObject({ target: { main: '3' }, note: 'rollback rollback-1' });
    expect((await t.w.store.version(3))?.status).toBe('rolled-back');
  });

  it('announces that it failed, within three minutes', async () => {
    await canary();
    const before = t.cloud.clock.now();
    t.breakFunction('rollback', 'Runtime.ImportModuleError');
    const e = await t.end(await t.start('rollback', { slot: 'blue' }));
    expect(e).toMatchObject({ status: 'FAILED', error: 'Runtime.ImportModuleError' });
    expect(t.announced.at(-1)).toMatchObject({
      type: 'rollback.failed',
      detail: { rollback: 'rollback-1', step: 'Begin', cause: 'rollback is broken' },
    });
    expect(e.stoppedAt! - before).toBeLessThan(180_000);
  });

  it('is finished by the next one when it died half-way', async () => {
    await canary();
    const { alias } = t.w.deps;
    const { read } = alias;
    Object.assign(alias, { read: () => Promise.reject(new Error('Lambda is away')) });
    const dead = await t.end(await t.start('rollback', { slot: 'blue' }, 'dead'));
    expect(dead.status).toBe('FAILED');
    expect(t.types().at(-1)).toBe('rollback.failed');
    expect((await t.w.store.pointers()).rollback?.id).toBe('dead');
    Object.assign(alias, { read });
    const next = await t.end(await t.start('rollback', {}, 'next'));
    expect(next.status).toBe('SUCCEEDED');
    expect(await t.w.store.pointers()).toMatchObject({ champion: 2, release: null, rollback: null });
    expect(t.w.alias.target).toEqual({ main: '3' });
  });
});
