import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../../lambdas/drift/decide.ts';

const HOUR = 3_600_000;
const base = { previousStreak: 2, patience: 3, cooldownHours: 72, lastRetrainMs: null, nowMs: 1000 * HOUR };

it('drift asks for a retrain at the patience-th consecutive drifted check and not before', () => {
  const first = decide({ ...base, drifted: ['a'], previousStreak: 0 });
  const second = decide({ ...base, drifted: ['a'], previousStreak: first.streak });
  const third = decide({ ...base, drifted: ['a', 'b'], previousStreak: second.streak });
  expect([first, second, third].map((d) => [d.streak, d.retrain])).toEqual([
    [1, 'no'],
    [2, 'no'],
    [3, 'request'],
  ]);
  expect(third.reason).toBe('a, b drifted in 3 consecutive checks');
});

it('a check without drift ends the streak, an undecided one keeps it', () => {
  expect(decide({ ...base, drifted: [] })).toMatchObject({ streak: 0, retrain: 'no' });
  expect(decide({ ...base, drifted: null })).toMatchObject({ streak: 2, retrain: 'no' });
});

it('within the cooldown of the last retrain the wish is suppressed, with the reason', () => {
  const at = (hours: number) => decide({ ...base, drifted: ['a'], lastRetrainMs: base.nowMs - hours * HOUR });
  expect(at(71.9)).toMatchObject({ streak: 3, retrain: 'suppress' });
  expect(at(71.9).reason).toContain('71.9 h ago');
  expect(at(72)).toMatchObject({ retrain: 'request' });
});

it('whatever the history, no two requests are closer than the cooldown', () => {
  const days = fc.array(fc.constantFrom<readonly string[] | null>(['a'], [], null), { maxLength: 40 });
  fc.assert(
    fc.property(
      days,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 200 }),
      (checks, patience, cooldown) => {
        let streak = 0;
        let last: number | null = null;
        checks.forEach((drifted, day) => {
          const nowMs = day * 24 * HOUR;
          const d = decide({
            drifted,
            previousStreak: streak,
            patience,
            cooldownHours: cooldown,
            lastRetrainMs: last,
            nowMs,
          });
          streak = d.streak;
          if (d.retrain !== 'request') return;
          expect(streak).toBeGreaterThanOrEqual(patience);
          if (last !== null) expect(nowMs - last).toBeGreaterThanOrEqual(cooldown * HOUR);
          last = nowMs;
        });
      },
    ),
  );
});
