import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyPointers, type Pointers, pointersSchema } from '../../contracts/registry.ts';
import {
  type Change,
  fallback,
  releaseEnded,
  releasePrepared,
  releasePromoted,
  releaseShifted,
  rollbackFinished,
  type Transition,
} from '../../lambdas/registry/transitions.ts';
import { isNamed } from '../../lambdas/shared/errors.ts';
import { anyStep, begin, NOW, REFUSALS, rollback, STEPS } from './history.ts';

const applied = (p: Pointers, ...ts: Transition[]): Pointers =>
  ts.reduce((at, t) => t(at)?.pointers ?? at, p);
const champion = (version: number, lambda = String(version), id = `r${version}`): Transition[] => [
  begin(id, version),
  releasePrepared(id, lambda),
  releaseShifted(id, 100, NOW),
  releasePromoted(id, '2026-11-17T08:00:00.000Z'),
];
const history = fc.array(anyStep, { maxLength: 40 });

/** Plays a history; what is refused changes nothing. */
function play(steps: readonly (readonly [string, number])[], see: (c: Change, before: Pointers) => void) {
  let p = emptyPointers('fraud');
  for (const [name, n] of steps) {
    let change: Change | null = null;
    try {
      change = STEPS[name]!(n)(p);
    } catch (e) {
      if (!isNamed(e, ...REFUSALS)) throw e;
    }
    if (!change) continue;
    see(change, p);
    p = { ...change.pointers, revision: p.revision + 1 };
  }
  return p;
}

describe('pointer transitions, whatever happens', () => {
  it('leave pointers that the contract knows, changed only in a transition', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, ({ pointers }, before) => {
          expect(pointersSchema.safeParse(pointers).error).toBeUndefined();
          expect(pointers).not.toEqual(before);
          expect(pointers.revision).toBe(before.revision);
        });
      }),
    );
  });

  it('keep one champion, in a slot of its own, which the candidate never takes', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, ({ pointers: p }, before) => {
          expect(p.champion === null).toBe(p.championSlot === null);
          if (p.championSlot) expect(p.slots[p.championSlot]?.version).toBe(p.champion);
          if (p.release && p.championSlot) expect(p.release.slot).not.toBe(p.championSlot);
          const { blue, green } = p.slots;
          if (blue && green && !p.release) expect([p.champion, p.previous]).toContain(blue.version);
          if (before.champion !== p.champion && before.champion !== null)
            expect(before.release?.weight === 100 || before.rollback?.target === 'champion').toBe(true);
        });
      }),
    );
  });

  it('run one release at a time and let a rollback end it', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, ({ pointers: p }, before) => {
          expect(p.candidate).toBe(p.release?.version ?? null);
          if (before.release && p.release) expect(p.release.id).toBe(before.release.id);
          if (before.release?.state === 'rolling-back' && p.release)
            expect(p.release.state).toBe('rolling-back');
          if (p.release?.state === 'rolling-back') expect(p.rollback).not.toBeNull();
        });
      }),
    );
  });

  it('give each version one status a change, fitting where the pointers point', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, ({ pointers: p, versions }) => {
          const ids = versions.map((v) => v.version);
          expect(new Set(ids).size).toBe(ids.length);
          for (const { version, set } of versions) {
            if (set.status === 'champion') expect(version).toBe(p.champion);
            if (set.status === 'rolled-back') expect([p.champion, p.previous]).not.toContain(version);
          }
        });
      }),
    );
  });
});

describe('a release', () => {
  it('gives its slot back to what it displaced when it ends without promotion', () => {
    const two = applied(emptyPointers('fraud'), ...champion(1), ...champion(2));
    const ended = applied(
      two,
      begin('r3', 3),
      releasePrepared('r3', '3'),
      releaseEnded('r3', 'rejected', 'Smoke'),
    );
    expect(ended).toEqual(two);
  });

  it('of new code of the champion ends with the same version as champion and as previous', () => {
    const p = applied(emptyPointers('fraud'), ...champion(1, '10'), ...champion(1, '11', 'again'));
    expect(p).toMatchObject({ champion: 1, previous: 1, championSlot: 'green' });
    expect(fallback(p)).toEqual({ version: 1, lambdaVersion: '10' });
    const change = rollbackFinished('b')(applied(p, rollback('b', 'champion')))!;
    expect(change.pointers).toMatchObject({ champion: 1, championSlot: 'blue', previous: null });
    expect(change.versions).toEqual([{ version: 1, set: { status: 'champion' } }]);
  });

  it('archives what was previous before', () => {
    const three = applied(emptyPointers('fraud'), ...champion(1), ...champion(2), ...champion(3).slice(0, 3));
    expect(champion(3)[3]!(three)!.versions).toEqual([
      { version: 1, set: { status: 'previous' } },
      { version: 2, set: { status: 'previous' } },
      { version: 3, set: { status: 'champion' } },
    ]);
  });

  it('cannot be promoted before it has all of the traffic', () => {
    const p = applied(
      emptyPointers('fraud'),
      ...champion(1),
      begin('r2', 2),
      releasePrepared('r2', '2'),
      releaseShifted('r2', 50, NOW),
    );
    expect(() => releasePromoted('r2', NOW)(p)).toThrow('version 2 has 50 % of the traffic');
  });
});

describe('a rollback', () => {
  it('marks the version with the step it failed at', () => {
    const canary = applied(
      emptyPointers('fraud'),
      ...champion(1),
      begin('r2', 2),
      releasePrepared('r2', '2'),
      releaseShifted('r2', 10, NOW),
    );
    const change = rollbackFinished('b')(applied(canary, rollback('b', 'release')))!;
    expect(change.versions).toEqual([{ version: 2, set: { status: 'rolled-back', failedAt: 'canary-10' } }]);
    expect(change.pointers).toMatchObject({ champion: 1, candidate: null, release: null, rollback: null });
  });

  it('of a sick champion takes the running release down without blaming its version', () => {
    const p = applied(
      emptyPointers('fraud'),
      ...champion(1),
      ...champion(2),
      begin('r3', 3),
      releasePrepared('r3', '3'),
    );
    const change = rollbackFinished('b')(applied(p, rollback('b', 'champion')))!;
    expect(change.pointers).toMatchObject({
      champion: 1,
      championSlot: 'blue',
      previous: null,
      release: null,
      slots: { blue: { version: 1, lambdaVersion: '1' }, green: null },
    });
    expect(change.versions).toEqual([
      { version: 3, set: { status: 'registered' } },
      { version: 2, set: { status: 'rolled-back', failedAt: 'promoted' } },
      { version: 1, set: { status: 'champion' } },
    ]);
  });
});
