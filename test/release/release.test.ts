import { beforeEach, describe, expect, it } from 'vitest';
import type { PredictionLine } from '../../contracts/prediction.ts';
import { isNamed } from '../../lambdas/shared/errors.ts';
import { beginInput, GOLDEN, promote, type World, world } from './world.ts';

const line = (n: number, score = 0.5, more: Partial<PredictionLine> = {}): PredictionLine => ({
  event: 'prediction',
  predictionId: `p${n}`,
  model: 'fraud',
  version: 1,
  slot: 'blue',
  at: '2026-11-16T08:00:00Z',
  entity: 'e',
  features: { a: n },
  score,
  latencyMs: 1,
  degraded: false,
  ...more,
});

let w: World;
beforeEach(async () => {
  w = world();
  w.register(1);
  await promote(w, 'first', 1);
  w.register(2);
  w.register(3);
  w.events.length = 0;
});
const begin = (id: string, version: number | 'latest' = 2) => w.release(beginInput(id, version));
const prepare = async (id = 'r', version = 2) => {
  await begin(id, version);
  return w.release({ action: 'prepare', release: id });
};

describe('beginning a release', () => {
  it('answers the plan of the definition and announces the start', async () => {
    expect(await begin('r')).toEqual({
      release: 'r',
      version: 2,
      slot: 'green',
      champion: 1,
      first: false,
      steps: [10, 50, 100],
      bakeSeconds: 1800,
      shadowSeconds: 900,
      approval: 'none',
      maxHolds: 4,
    });
    expect(w.events).toMatchObject([{ type: 'release.started', version: 2, slot: 'green', champion: 1 }]);
  });

  it('answers the same when it is repeated', async () => {
    expect(await begin('r')).toEqual(await begin('r'));
    expect((await w.store.pointers()).revision).toBe(5);
  });

  it('refuses a second release and names the one that is running', async () => {
    await begin('r');
    w.running.add('arn:r');
    await expect(begin('other', 3)).rejects.toMatchObject({
      name: 'ReleaseInProgress',
      message: expect.stringContaining('release r of fraud'),
    });
  });

  it('takes over from a release whose execution died, the champion alone again', async () => {
    await prepare();
    await w.release({ action: 'shift', release: 'r', weight: 50 });
    await begin('next', 3);
    expect(w.alias.target).toEqual({ main: '2' });
    expect((await w.store.version(2))?.status).toBe('registered');
    expect((await w.store.pointers()).release).toMatchObject({ id: 'next', version: 3, weight: 0 });
  });

  it('refuses to start over a rollback that died, because only a rollback can finish it', async () => {
    await w.rollback({
      action: 'begin',
      rollback: 'b',
      execution: 'arn:b',
      reason: 'x',
      by: 'ada',
      slot: null,
    });
    w.register(4);
    await promote(w, 'x', 4);
    await w.rollback({
      action: 'begin',
      rollback: 'c',
      execution: 'arn:c',
      reason: 'x',
      by: 'ada',
      slot: null,
    });
    await expect(begin('r')).rejects.toMatchObject({
      name: 'ReleaseInProgress',
      message: expect.stringContaining('rollback c'),
    });
  });

  it('takes the newest registered version, and has nothing to do without one', async () => {
    expect(await begin('r', 'latest')).toMatchObject({ version: 3 });
    const empty = world();
    empty.register(1);
    await promote(empty, 'first', 1);
    await expect(empty.release(beginInput('r', 'latest'))).rejects.toMatchObject({
      name: 'NothingToRelease',
    });
  });

  it('releases new code of the champion, but nothing rejected, rolled back or unknown', async () => {
    w.register(4, { status: 'rolled-back', failedAt: 'canary-10' });
    await expect(begin('r', 9)).rejects.toMatchObject({ name: 'VersionNotFound' });
    await expect(begin('r', 4)).rejects.toThrow('version 4 of fraud is rolled-back (failed at canary-10)');
    expect(await begin('r', 1)).toMatchObject({ version: 1, slot: 'green' });
    expect((await w.store.version(1))?.status).toBe('champion');
  });
});

describe('preparing', () => {
  it('publishes model, version and slot sealed into one Lambda version', async () => {
    await prepare();
    const { env, release } = w.published.get('3')!;
    expect(release).toBe('r');
    expect(env).toMatchObject({ MODEL_VERSION: '2', MODEL_RUN: 'run-2', MODEL_SLOT: 'green' });
    expect(Object.keys(JSON.parse(env['MODEL_ARTIFACT']!))).toEqual(['model.onnx', 'signature.json']);
    expect((await w.store.pointers()).slots.green).toEqual({ version: 2, lambdaVersion: '3' });
    expect((await w.store.version(2))?.lambdaVersion).toBe('3');
  });

  it('publishes once when it is repeated', async () => {
    await prepare();
    await w.release({ action: 'prepare', release: 'r' });
    expect(w.published.size).toBe(2);
  });
});

describe('the smoke test', () => {
  it('passes when every golden row scores as at evaluation', async () => {
    await prepare();
    expect(await w.release({ action: 'smoke', release: 'r' })).toEqual({ rows: 3, maxDifference: 0 });
  });

  it('says which row scores differently', async () => {
    await prepare();
    w.answer = (_, rows) => rows.map((_, i) => (i === 2 ? 0.8 : GOLDEN.rows[i]!.score));
    await expect(w.release({ action: 'smoke', release: 'r' })).rejects.toMatchObject({
      name: 'SmokeTestFailed',
      message: expect.stringContaining('golden row 2 scores 0.8, at evaluation 0.9'),
    });
  });

  it('fails on a crash with what the function said, and on a score that is not a number', async () => {
    await prepare();
    w.answer = () => {
      throw new Error('Unhandled: Runtime.ExitError');
    };
    await expect(w.release({ action: 'smoke', release: 'r' })).rejects.toThrow('Runtime.ExitError');
    w.answer = (_, rows) => rows.map(() => Number.NaN);
    await expect(w.release({ action: 'smoke', release: 'r' })).rejects.toMatchObject({
      name: 'SmokeTestFailed',
    });
  });

  it('does not blame the version for a throttled call', async () => {
    await prepare();
    w.answer = () => {
      throw Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' });
    };
    await expect(w.release({ action: 'smoke', release: 'r' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
  });
});

describe('the shadow', () => {
  it('asks the candidate what the champion was asked, 500 rows at most', async () => {
    await prepare();
    w.lines = Array.from({ length: 600 }, (_, i) => line(i));
    let asked = 0;
    w.answer = (lambdaVersion, rows) => {
      expect(lambdaVersion).toBe('3');
      asked += rows.length;
      return rows.map(() => 0.5);
    };
    expect(await w.release({ action: 'shadow', release: 'r' })).toEqual({ rows: 500, scorePsi: 0 });
    expect(asked).toBe(500);
  });

  it('fails when the candidate answers something that is not a number', async () => {
    await prepare();
    w.lines = [line(1), line(2)];
    w.answer = () => [0.5, Number.POSITIVE_INFINITY];
    await expect(w.release({ action: 'shadow', release: 'r' })).rejects.toMatchObject({
      name: 'ShadowFailed',
      message: expect.stringContaining('request p2 scores Infinity'),
    });
  });

  it('says nothing about a candidate that nobody could be asked about', async () => {
    await prepare();
    expect(await w.release({ action: 'shadow', release: 'r' })).toEqual({ rows: 0, scorePsi: null });
  });
});

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
