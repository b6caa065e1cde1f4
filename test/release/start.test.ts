import { beforeEach, describe, expect, it } from 'vitest';
import { beginInput, GOLDEN, line, promote, requests, type World, withChampion, world } from './world.ts';

let w: World;
beforeEach(async () => {
  w = await withChampion();
});
const { begin, prepare } = requests(() => w);

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

  it('takes the version of the release that died for the latest, where it is', async () => {
    await prepare();
    await begin('next', 'latest');
    expect((await w.store.pointers()).release).toMatchObject({ id: 'next', version: 3 });
    await w.release({
      action: 'abandon',
      release: 'next',
      error: 'x',
      cause: 'x',
      step: 'x',
      execution: 'arn',
    });
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
