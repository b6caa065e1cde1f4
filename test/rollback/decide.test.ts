import { describe, expect, it } from 'vitest';
import { emptyPointers, type Pointers } from '../../contracts/registry.ts';
import { decide } from '../../lambdas/rollback/decide.ts';

const NOW = new Date('2026-11-16T08:00:00Z');
const circumstances = { now: NOW, lastRollbackAt: null, echoMs: 600_000, burnInMs: 0 };
const settled: Pointers = {
  ...emptyPointers('fraud'),
  champion: 2,
  championSlot: 'green',
  previous: 1,
  slots: { blue: { version: 1, lambdaVersion: '2' }, green: { version: 2, lambdaVersion: '3' } },
  rollbackUntil: '2026-11-16T20:00:00.000Z',
};
const late = { ...settled, rollbackUntil: '2026-11-16T07:59:59.000Z' };
const alone = { ...settled, previous: null };
const releasing: Pointers = {
  ...settled,
  candidate: 3,
  slots: { ...settled.slots, blue: { version: 3, lambdaVersion: '4' } },
  release: {
    id: 'r',
    state: 'canary',
    version: 3,
    slot: 'blue',
    weight: 10,
    execution: 'arn:r',
    rollback: null,
    startedAt: NOW.toISOString(),
    stepSince: NOW.toISOString(),
    displaced: { version: 1, lambdaVersion: '2' },
  },
};
const alarm = (slot: 'blue' | 'green' | null) => ({ slot, fromAlarm: true });
const person = { slot: null, fromAlarm: false };
const release = { rollBack: 'release', version: 3 };
const champion = { rollBack: 'champion', version: 2 };
const ignored = (reason: RegExp) => ({ rollBack: null, reason: expect.stringMatching(reason) });

describe('what a rollback rolls back', () => {
  it.each([
    ["a release whose candidate's slot alarms", releasing, alarm('blue'), release],
    ['a release when the alias alarms', releasing, alarm(null), release],
    ['a release when a person asks', releasing, person, release],
    ['the champion when its own slot alarms in a release', releasing, alarm('green'), champion],
    ['the champion in its window when its slot alarms', settled, alarm('green'), champion],
    ['the champion in its window when the alias alarms', settled, alarm(null), champion],
    ['the champion in its window when a person asks', settled, person, champion],
  ])('is %s', (_, pointers, request, expected) => {
    expect(decide(pointers, request, circumstances)).toEqual(expected);
  });

  it.each([
    ['the slot serves nobody', settled, alarm('blue'), /nothing is served from slot blue/],
    ['the window is over', late, alarm('green'), /longer ago than the rollback window/],
    ['the window is over, for a person too', late, person, /longer ago than the rollback window/],
    ['there is no previous version', alone, person, /no previous version/],
    ['there is neither champion nor release', emptyPointers('fraud'), person, /no champion and no release/],
  ])('is nothing when %s', (_, pointers, request, reason) => {
    expect(decide(pointers, request, circumstances)).toEqual(ignored(reason));
  });

  it('is not the healthy champion when the alias alarm echoes what was just rolled back', () => {
    const echo = { ...circumstances, lastRollbackAt: new Date(NOW.getTime() - 300_000) };
    expect(decide(settled, alarm(null), echo)).toEqual(ignored(/a moment ago/));
    expect(decide(settled, alarm('green'), echo)).toEqual(champion);
    expect(decide(settled, person, echo)).toEqual(champion);
    const later = { ...circumstances, lastRollbackAt: new Date(NOW.getTime() - 600_001) };
    expect(decide(settled, alarm(null), later)).toEqual(champion);
  });

  it('is not a release in its burn-in when an alarm asks, but is when a person does or the burn-in is over', () => {
    const burning = { ...circumstances, burnInMs: 300_000 };
    expect(decide(releasing, alarm('blue'), burning)).toEqual(ignored(/burn-in/));
    expect(decide(releasing, alarm(null), burning)).toEqual(ignored(/burn-in/));
    expect(decide(releasing, person, burning)).toEqual(release);
    const over = { ...burning, now: new Date(NOW.getTime() + 300_000) };
    expect(decide(releasing, alarm('blue'), over)).toEqual(release);
  });
});
