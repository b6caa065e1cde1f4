import { beforeEach, describe, expect, it } from 'vitest';
import { type Theatre, theatre } from './theatre.ts';

let t: Theatre;
/** A champion at version 1, and versions 2 and 3 registered. */
async function settle(cast: Parameters<typeof theatre>[0] = {}) {
  t = await theatre(cast);
  t.w.register(1);
  await t.end(await t.start('release', { version: 1 }, 'first'));
  t.w.register(2);
  t.w.register(3);
  t.types().length = 0;
}
beforeEach(() => settle());
const at = (minutes: number) => new Date(Date.parse('2026-11-16T08:00:00Z') + minutes * 60_000).toISOString();

describe('the release machine', () => {
  it('takes the first version of a model straight to 100 %', async () => {
    const [first] = t.states.executions;
    expect(first).toMatchObject({ status: 'SUCCEEDED', output: '{"version":1}' });
    expect(t.w.alias.target).toEqual({ main: '2' });
    expect(await t.w.store.pointers()).toMatchObject({ champion: 1, championSlot: 'blue', previous: null });
  });

  it('shadows, then goes step by step with a bake and a judge at each', async () => {
    const e = await t.end(await t.start('release', { version: 2, by: 'ada', reason: 'weekly' }));
    expect(e.status).toBe('SUCCEEDED');
    expect(t.types()).toEqual([
      'release.started',
      'release.prepared',
      'release.smoke-tested',
      'release.shadowed',
      ...[10, 50, 100].flatMap(() => ['release.weight-shifted', 'release.judged']),
      'release.promoted',
    ]);
    // 15 minutes of shadow and three bakes of 30.
    expect(new Date(e.stoppedAt ?? 0).toISOString()).toBe(at(105));
    expect(await t.w.store.pointers()).toMatchObject({ champion: 2, previous: 1 });
  });

  it('ends a second release with ReleaseInProgress and lets the first go on', async () => {
    const first = await t.start('release', { version: 2 }, 'a');
    await t.minutes(20);
    const second = await t.end(await t.start('release', { version: 3 }, 'b'));
    expect(second).toMatchObject({ status: 'FAILED', error: 'ReleaseInProgress' });
    expect(t.types()).toContain('release.failed');
    expect((await t.end(first)).status).toBe('SUCCEEDED');
    expect((await t.w.store.pointers()).champion).toBe(2);
  });

  it('ends well when there is nothing to release, and says so', async () => {
    await t.end(await t.start('release', { version: 'latest' }, 'three'));
    t.types().length = 0;
    const e = await t.end(await t.start('release', {}, 'nothing'));
    expect(e.status).toBe('SUCCEEDED');
    expect(t.types()).toEqual(['release.skipped']);
    expect(t.announced.at(-1)?.detail).toMatchObject({
      model: 'fraud',
      reason: 'no registered version of fraud is newer than the champion (3)',
    });
  });

  it('holds without samples and ends undecided, never promoted', async () => {
    t.w.sample = { predictions: 0, errors: 0, crashes: 0, latency: [] };
    const e = await t.end(await t.start('release', { version: 2 }));
    expect(e).toMatchObject({ status: 'FAILED', error: 'ReleaseUndecided' });
    expect(e.cause).toBe('held 4 times at 10 %: 0 of the 100 predictions that are needed');
    expect(t.types().filter((x) => x === 'release.judged')).toHaveLength(5);
    expect(t.types().at(-1)).toBe('release.failed');
    expect(t.w.alias.target).toEqual({ main: '2' });
    expect((await t.w.store.version(2))?.status).toBe('registered');
  });

  it('rejects a version that crashes in the smoke test before it has seen a client', async () => {
    t.w.answer = () => {
      throw new Error('Runtime.ExitError');
    };
    const e = await t.end(await t.start('release', { version: 2 }));
    expect(e).toMatchObject({ status: 'FAILED', error: 'SmokeTestFailed' });
    expect(e.cause).toBe('version 2 (Lambda 3): Runtime.ExitError');
    expect(t.types()).not.toContain('release.weight-shifted');
    expect((await t.w.store.version(2))?.status).toBe('rejected');
  });

  it('starts a rollback when the judge says so', async () => {
    t.w.sample = { ...t.w.sample, errors: 100 };
    const e = await t.end(await t.start('release', { version: 2 }));
    await t.minutes(1);
    expect(e.error).toMatch(/^(RollBackVerdict|ReleaseSuperseded)$/);
    expect(t.types().slice(-2)).toEqual(['rollback.started', 'release.rolled-back']);
    expect(await t.w.store.version(2)).toMatchObject({ status: 'rolled-back', failedAt: 'canary-10' });
    expect(t.w.alias.target).toEqual({ main: '2' });
  });

  it('tries a transient failure of Lambda again', async () => {
    let failures = 2;
    await settle({
      functions: {
        release: async (payload: never) => {
          const { action } = payload as { action: string };
          if (action === 'judge' && failures-- > 0)
            throw Object.assign(new Error('later'), { name: 'ThrottlingException' });
          return t.w.release(payload);
        },
      },
    });
    expect((await t.end(await t.start('release', { version: 2 }))).status).toBe('SUCCEEDED');
    expect(failures).toBe(-3);
  });

  it('announces itself that it failed when the function that should is broken', async () => {
    const e = await t.start('release', { version: 2 });
    await t.minutes(20);
    t.breakFunction('release', 'Runtime.ImportModuleError');
    expect(await t.end(e)).toMatchObject({ status: 'FAILED', error: 'Runtime.ImportModuleError' });
    expect(t.announced.at(-1)).toMatchObject({
      type: 'release.failed',
      detail: {
        release: 'release-1',
        version: 2,
        step: 'Judge',
        cause: 'release is broken',
        execution: e.executionArn,
      },
    });
  });
});

describe('a release that needs approval', () => {
  beforeEach(() => settle({ policy: { approval: 'manual' } }));
  /** Also the first version waited for one. */
  const asked = async (name: string) => {
    await t.minutes(1);
    const { detail } = t.announced.filter((a) => a.type === 'release.approval-requested').at(-1)!;
    expect(detail['release']).toBe(name);
    return detail['taskToken'];
  };

  it('goes on when somebody approves, and remembers who', async () => {
    const e = await t.start('release', { version: 2 }, 'r');
    await t.admin('SendTaskSuccess', { taskToken: await asked('r'), output: '{"by":"ada"}' });
    expect((await t.end(e)).status).toBe('SUCCEEDED');
    expect(t.w.events).toContainEqual(expect.objectContaining({ type: 'release.approved', by: 'ada' }));
  });

  it('ends when somebody refuses, and rejects the version', async () => {
    const e = await t.start('release', { version: 2 }, 'r');
    const taskToken = await asked('r');
    await t.admin('SendTaskFailure', { taskToken, error: 'ApprovalRefused', cause: 'unfair' });
    expect(await t.end(e)).toMatchObject({ status: 'FAILED', error: 'ApprovalRefused', cause: 'unfair' });
    expect((await t.w.store.version(2))?.status).toBe('rejected');
  });

  it('ends when nobody answers for a week', async () => {
    const e = await t.end(await t.start('release', { version: 2 }, 'r'));
    expect(e).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect((await t.w.store.version(2))?.status).toBe('registered');
  });
});
