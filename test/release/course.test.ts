import { beforeEach, describe, expect, it } from 'vitest';
import { isNamed } from '../../lambdas/shared/errors.ts';
import { line, requests, type World, withChampion, world } from './world.ts';

let w: World;
beforeEach(async () => {
  w = await withChampion();
});
const { prepare } = requests(() => w);

describe('shifting', () => {
  it('shares the traffic, then gives all of it to the candidate', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 10 });
    expect(w.alias.target).toEqual({ main: '2', candidate: { lambdaVersion: '3', percent: 10 } });
    await w.release({ action: 'shift', release: 'r', weight: 100 });
    expect(w.alias.target).toEqual({ main: '3' });
    expect(w.metrics.slice(-2)).toEqual([{ CandidateWeight: 10 }, { CandidateWeight: 100 }]);
  });

  it('keeps the start of the step when it is repeated', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 10 });
    const { release } = await w.store.pointers();
    w.now += 60_000;
    await w.release({ action: 'shift', release: 'r', weight: 10 });
    expect((await w.store.pointers()).release?.stepSince).toBe(release?.stepSince);
  });

  it('cannot undo a rollback that came in between', async () => {
    await prepare();
    const { alias } = w.deps;
    const read = alias.read;
    const rollBack = async () => {
      alias.read = read;
      const state = await read();
      const b = { rollback: 'b', reason: 'alarm' } as const;
      await w.rollback({ action: 'begin', ...b, execution: 'arn:b', by: 'ada', slot: null });
      await w.rollback({ action: 'restore', rollback: 'b' });
      return state;
    };
    // The shift has read the alias; before it goes on, the whole rollback happens.
    Object.assign(alias, { read: rollBack });
    await expect(w.release({ action: 'shift', release: 'r', weight: 10 })).rejects.toMatchObject({
      name: 'ReleaseSuperseded',
    });
    expect(w.alias.target).toEqual({ main: '2' });
  });

  it('loses against a rollback even after it was allowed to act', async () => {
    await prepare();
    const { alias } = w.deps;
    const write = alias.write;
    const late: typeof write = async (target, note, revisionId) => {
      Object.assign(alias, { write });
      await w.rollback({
        action: 'begin',
        rollback: 'b',
        execution: 'arn:b',
        reason: 'alarm',
        by: 'ada',
        slot: null,
      });
      await w.rollback({ action: 'restore', rollback: 'b' });
      return write(target, note, revisionId);
    };
    Object.assign(alias, { write: late });
    await expect(w.release({ action: 'shift', release: 'r', weight: 10 })).rejects.toSatisfy((e) =>
      isNamed(e, 'ReleaseSuperseded'),
    );
    expect(w.alias.target).toEqual({ main: '2' });
    expect(w.alias.note).toBe('rollback b');
  });
});

describe('judging', () => {
  it('announces verdict, reasons and samples', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 10 });
    w.sample = { ...w.sample, errors: 50 };
    expect(await w.release({ action: 'judge', release: 'r' })).toMatchObject({ verdict: 'roll-back' });
    expect(w.events.at(-1)).toMatchObject({
      type: 'release.judged',
      verdict: 'roll-back',
      weight: 10,
      reasons: ['50 of 500 failed: above the error rate of 2 %'],
    });
  });

  it('compares the scores of both slots', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 50 });
    const scores = (version: number, slot: 'blue' | 'green', shift: number) =>
      Array.from({ length: 200 }, (_, i) => line(i, (i / 200 + shift) % 1, { version, slot }));
    w.lines = [...scores(1, 'blue', 0), ...scores(2, 'green', 0)];
    expect(await w.release({ action: 'judge', release: 'r' })).toMatchObject({ verdict: 'proceed' });
    w.lines = [...scores(1, 'blue', 0), ...scores(2, 'green', 0).map((l) => ({ ...l, score: 0.97 }))];
    expect(await w.release({ action: 'judge', release: 'r' })).toMatchObject({
      verdict: 'roll-back',
      reasons: [expect.stringMatching(/^PSI \d+\.\d\d of the scores/)],
    });
  });
});

describe('promoting', () => {
  it('moves the champion pointer and opens the rollback window', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 100 });
    await w.release({ action: 'promote', release: 'r' });
    expect(await w.store.pointers()).toMatchObject({
      champion: 2,
      championSlot: 'green',
      previous: 1,
      candidate: null,
      release: null,
      rollbackUntil: '2026-11-17T08:00:00.000Z',
    });
    expect((await w.store.version(1))?.status).toBe('previous');
    expect((await w.store.version(2))?.status).toBe('champion');
  });

  it('announces the same again when it is repeated', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 100 });
    await w.release({ action: 'promote', release: 'r' });
    w.now += 5000;
    await w.release({ action: 'promote', release: 'r' });
    const [a, b] = w.events.filter((e) => e.type === 'release.promoted');
    expect(b).toEqual(a);
  });
});

describe('abandoning', () => {
  const abandon = (error: string, id = 'r') =>
    w.release({ action: 'abandon', release: id, error, cause: 'c', step: 'Smoke', execution: 'arn:r' });

  it('gives the champion all of the traffic and the version another chance', async () => {
    const before = await w.store.pointers();
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 50 });
    await abandon('ReleaseUndecided');
    expect(w.alias.target).toEqual({ main: '2' });
    expect({ ...(await w.store.pointers()), revision: 0 }).toEqual({ ...before, revision: 0 });
    expect((await w.store.version(2))?.status).toBe('registered');
    expect(w.events.at(-1)).toMatchObject({ type: 'release.failed', version: 2, error: 'ReleaseUndecided' });
  });

  it('rejects a version that failed its smoke test', async () => {
    await prepare();
    await abandon('SmokeTestFailed');
    expect(await w.store.version(2)).toMatchObject({ status: 'rejected', failedAt: 'Smoke' });
  });

  it('goes back to the version without a model when there is no champion', async () => {
    w = world();
    w.register(1);
    await prepare('r', 1);
    await w.release({ action: 'shift', release: 'r', weight: 100 });
    expect(w.alias.target).toEqual({ main: '2' });
    await abandon('States.Timeout');
    expect(w.alias.target).toEqual({ main: '1' });
    expect(await w.store.pointers()).toMatchObject({ champion: null, release: null });
  });

  it('announces the version again when it is repeated', async () => {
    await prepare();
    await abandon('SmokeTestFailed');
    await abandon('SmokeTestFailed');
    expect(w.events.slice(-2)).toMatchObject([{ version: 2 }, { version: 2 }]);
  });

  it('of a release that never began announces, and touches nobody', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 10 });
    const before = structuredClone({ alias: w.alias, pointers: await w.store.pointers() });
    await abandon('ReleaseInProgress', 'other');
    expect({ alias: w.alias, pointers: await w.store.pointers() }).toEqual(before);
    expect(w.events.at(-1)).toMatchObject({ type: 'release.failed', release: 'other', version: null });
  });

  it('never overrides a rollback', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 10 });
    await w.rollback({
      action: 'begin',
      rollback: 'b',
      execution: 'arn:b',
      reason: 'x',
      by: 'ada',
      slot: 'green',
    });
    await abandon('ReleaseSuperseded');
    expect((await w.store.pointers()).release?.state).toBe('rolling-back');
  });
});

describe('waiting for an approval', () => {
  it('records who approved', async () => {
    await prepare();
    await w.release({ action: 'enter', release: 'r', state: 'awaiting-approval' });
    expect((await w.store.pointers()).release?.state).toBe('awaiting-approval');
    await w.release({ action: 'approve', release: 'r', by: 'ada' });
    const { revision } = await w.store.pointers();
    expect(await w.store.event(revision)).toMatchObject({ by: 'ada', change: 'release.approved' });
    expect(w.events.at(-1)).toMatchObject({ type: 'release.approved', version: 2, by: 'ada' });
  });
});
