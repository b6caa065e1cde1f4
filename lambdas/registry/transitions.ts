import { otherSlot } from '../../contracts/names.ts';
import type { Pointers, Release, SlotState, VersionItem } from '../../contracts/registry.ts';
import { CoalmineError } from '../shared/errors.ts';

/** Names of pointer changes, as EVENT items carry them. */
export type ChangeName =
  | 'release.begun'
  | 'release.prepared'
  | 'release.approved'
  | 'release.entered'
  | 'release.shifted'
  | 'release.promoted'
  | 'release.ended'
  | 'rollback.begun'
  | 'rollback.finished';
type Patch = Partial<Pick<VersionItem, 'status' | 'lambdaVersion' | 'failedAt'>>;
/** What a transition makes of the pointers, and the versions whose status changes with them. */
export interface Change {
  readonly name: ChangeName;
  readonly pointers: Pointers;
  readonly versions: readonly { readonly version: number; readonly set: Patch }[];
}
/** A pure step from pointers to pointers; null when there is nothing to change. */
export type Transition = (pointers: Pointers) => Change | null;

/**
 * The release, if it is this one and still allowed to act.
 * @throws CoalmineError ReleaseSuperseded
 */
export function ownRelease(p: Pointers, id: string): Release {
  if (p.release?.id === id && p.release.state !== 'rolling-back') return p.release;
  const why = !p.release
    ? 'it is over'
    : p.release.id === id
      ? `rollback ${p.rollback?.id ?? p.release.rollback} is ending it`
      : `release ${p.release.id} is running`;
  throw new CoalmineError('ReleaseSuperseded', `release ${id} may not act any more: ${why}`);
}

/** What the champion falls back to: `previous` and what runs it, or null when there is nothing to fall back to. */
export function fallback(p: Pointers): SlotState | null {
  if (p.championSlot === null || p.previous === null) return null;
  const state = p.release ? p.release.displaced : p.slots[otherSlot(p.championSlot)];
  return state?.version === p.previous ? state : null;
}

export interface BeginRelease {
  readonly id: string;
  readonly execution: string;
  readonly version: number;
  /** ISO 8601 */
  readonly now: string;
}
/** The candidate takes the slot that the champion does not hold; blue when there is no champion. */
export const beginRelease =
  (b: BeginRelease): Transition =>
  (p) => {
    if (p.release?.id === b.id) return null;
    const running = p.release ? `release ${p.release.id}` : p.rollback ? `rollback ${p.rollback.id}` : null;
    if (running) throw new CoalmineError('ReleaseInProgress', `${running} of ${p.model} is running`);
    const slot = p.championSlot ? otherSlot(p.championSlot) : 'blue';
    const release: Release = {
      id: b.id,
      state: 'preparing',
      version: b.version,
      slot,
      weight: 0,
      execution: b.execution,
      rollback: null,
      startedAt: b.now,
      stepSince: b.now,
      displaced: p.slots[slot],
    };
    return {
      name: 'release.begun',
      pointers: { ...p, candidate: b.version, release, slots: { ...p.slots, [slot]: null } },
      versions: b.version === p.champion ? [] : [{ version: b.version, set: { status: 'candidate' } }],
    };
  };

export const releasePrepared =
  (id: string, lambdaVersion: string): Transition =>
  (p) => {
    const { slot, version } = ownRelease(p, id);
    if (p.slots[slot]?.lambdaVersion === lambdaVersion) return null;
    return {
      name: 'release.prepared',
      pointers: { ...p, slots: { ...p.slots, [slot]: { version, lambdaVersion } } },
      versions: [{ version, set: { lambdaVersion } }],
    };
  };

export const releaseEntered =
  (id: string, state: 'awaiting-approval' | 'shadow', now: string): Transition =>
  (p) => {
    const release = ownRelease(p, id);
    if (release.state === state) return null;
    return {
      name: 'release.entered',
      pointers: { ...p, release: { ...release, state, stepSince: now } },
      versions: [],
    };
  };

export const releaseApproved =
  (id: string): Transition =>
  (p) => {
    const release = ownRelease(p, id);
    if (release.state !== 'awaiting-approval') return null;
    return {
      name: 'release.approved',
      pointers: { ...p, release: { ...release, state: 'preparing' } },
      versions: [],
    };
  };

/** @param weight percent; the same weight again keeps `stepSince`, so that a retry does not lengthen the bake */
export const releaseShifted =
  (id: string, weight: number, now: string): Transition =>
  (p) => {
    const release = ownRelease(p, id);
    if (release.state === 'canary' && release.weight === weight) return null;
    if (p.slots[release.slot] === null)
      throw new CoalmineError('InvalidInput', `release ${id} has not been prepared: nothing takes traffic`);
    return {
      name: 'release.shifted',
      pointers: { ...p, release: { ...release, state: 'canary', weight, stepSince: now } },
      versions: [],
    };
  };

/** @param rollbackUntil ISO 8601 */
export const releasePromoted =
  (id: string, rollbackUntil: string): Transition =>
  (p) => {
    const { version, slot, weight } = ownRelease(p, id);
    if (weight !== 100)
      throw new CoalmineError(
        'InvalidInput',
        `version ${version} has ${weight} % of the traffic: 100 % is promoted`,
      );
    const pointers: Pointers = {
      ...p,
      champion: version,
      championSlot: slot,
      previous: p.champion,
      candidate: null,
      release: null,
      rollbackUntil,
    };
    return {
      name: 'release.promoted',
      pointers,
      // What was previous stays so, warm, until its retention is over: nothing points at it any more.
      versions: settle(pointers, [p.previous, p.champion, version], 'previous', null),
    };
  };

/**
 * The release ends without promotion; its slot gets back what it displaced. Nothing to do when it is over or a
 * rollback is ending it: abandoning never overrides a rollback.
 */
export const releaseEnded =
  (id: string, status: 'registered' | 'rejected', failedAt: string | null): Transition =>
  (p) => {
    if (p.release?.id !== id || p.release.state === 'rolling-back') return null;
    const pointers = withoutRelease(p);
    return {
      name: 'release.ended',
      pointers,
      versions: settle(pointers, [p.release.version], status, status === 'rejected' ? failedAt : null),
    };
  };

export interface BeginRollback {
  readonly id: string;
  readonly execution: string;
  readonly target: 'release' | 'champion';
  /** ISO 8601; a rollback that takes over a dead one keeps that one's start. */
  readonly now: string;
}
export const rollbackBegun =
  (b: BeginRollback): Transition =>
  (p) => {
    if (p.rollback?.id === b.id) return null;
    const startedAt = p.rollback?.startedAt ?? b.now;
    const release = p.release && { ...p.release, state: 'rolling-back' as const, rollback: b.execution };
    return {
      name: 'rollback.begun',
      pointers: {
        ...p,
        release,
        rollback: { id: b.id, execution: b.execution, startedAt, target: b.target },
      },
      versions: [],
    };
  };

export const rollbackFinished =
  (id: string): Transition =>
  (p) => {
    if (p.rollback?.id !== id) return null;
    const step = failedStep(p);
    const base: Pointers = { ...withoutRelease(p), rollback: null };
    const candidate = p.release ? [p.release.version] : [];
    if (p.rollback.target === 'release')
      return {
        name: 'rollback.finished',
        pointers: base,
        versions: settle(base, candidate, 'rolled-back', step),
      };
    if (p.championSlot === null || fallback(p) === null)
      throw new CoalmineError('InvalidInput', `${p.model} has no previous version to fall back to`);
    const pointers: Pointers = {
      ...base,
      champion: p.previous,
      championSlot: otherSlot(p.championSlot),
      previous: null,
      rollbackUntil: null,
      slots: { ...base.slots, [p.championSlot]: null },
    };
    return {
      name: 'rollback.finished',
      pointers,
      versions: [
        // A candidate that a sick champion took down with it is not to blame.
        ...settle(
          pointers,
          candidate.filter((v) => v !== p.champion),
          'registered',
          null,
        ),
        ...settle(pointers, [p.champion], 'rolled-back', step),
        ...settle(pointers, [p.previous], 'champion', null),
        // One version may be several of them: new code of the same version was released.
      ].filter((v, i, all) => all.findIndex((o) => o.version === v.version) === i),
    };
  };

/** The step that what is rolled back failed at: `promoted`, `canary-10`, `shadow`, … */
export function failedStep(p: Pointers): string {
  if (p.rollback?.target === 'champion') return 'promoted';
  if (!p.release) return 'unknown';
  return p.release.weight > 0 ? `canary-${p.release.weight}` : 'before-canary';
}

function withoutRelease(p: Pointers): Pointers {
  if (!p.release) return p;
  return {
    ...p,
    candidate: null,
    release: null,
    slots: { ...p.slots, [p.release.slot]: p.release.displaced },
  };
}

/** Statuses that fit the pointers; versions that nothing points to any more get `otherwise`. */
function settle(
  p: Pointers,
  versions: readonly (number | null)[],
  otherwise: VersionItem['status'],
  failedAt: string | null,
): Change['versions'] {
  const distinct = [...new Set(versions)].filter((v) => v !== null);
  return distinct.map((version) => {
    if (version === p.champion) return { version, set: { status: 'champion' } };
    if (version === p.previous) return { version, set: { status: 'previous' } };
    return { version, set: { status: otherwise, ...(failedAt !== null && { failedAt }) } };
  });
}
