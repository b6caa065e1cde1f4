import fc from 'fast-check';
import {
  beginRelease,
  fallback,
  releaseEnded,
  releaseEntered,
  releasePrepared,
  releasePromoted,
  releaseShifted,
  rollbackBegun,
  rollbackFinished,
  type Transition,
} from '../../lambdas/registry/transitions.ts';

export const NOW = '2026-11-16T08:00:00.000Z';
export const begin = (id: string, version: number) =>
  beginRelease({ id, execution: `arn:${id}`, version, now: NOW });
export const rollback = (id: string, target: 'release' | 'champion') =>
  rollbackBegun({ id, execution: `arn:${id}`, target, now: NOW });

type Step = (n: number) => Transition;
/** Everything that may happen to the pointers, sensible or not. `n` names releases, rollbacks and versions. */
export const STEPS: Record<string, Step> = {
  begin: (n) => begin(`r${n}`, n + 1),
  again: (n) => (p) => begin(`again${n}`, p.champion ?? n + 1)(p),
  prepare: (n) => (p) => releasePrepared(p.release?.id ?? `r${n}`, `lambda-${n}`)(p),
  shadow: (n) => (p) => releaseEntered(p.release?.id ?? `r${n}`, 'shadow', NOW)(p),
  ten: (n) => (p) => releaseShifted(p.release?.id ?? `r${n}`, 10, NOW)(p),
  all: (n) => (p) => releaseShifted(p.release?.id ?? `r${n}`, 100, NOW)(p),
  promote: (n) => (p) => releasePromoted(p.release?.id ?? `r${n}`, NOW)(p),
  stranger: (n) => releasePromoted(`stranger${n}`, NOW),
  end: (n) => (p) => releaseEnded(p.release?.id ?? `r${n}`, 'registered', null)(p),
  rollRelease: (n) => (p) => (p.release ? rollback(`b${n}`, 'release')(p) : null),
  rollChampion: (n) => (p) => (fallback(p) ? rollback(`b${n}`, 'champion')(p) : null),
  finish: (n) => (p) => rollbackFinished(p.rollback?.id ?? `b${n}`)(p),
};
/** Names of the errors that refuse a step. */
export const REFUSALS = ['ReleaseSuperseded', 'ReleaseInProgress', 'InvalidInput'];
export const anyStep = fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.nat(6));
