import type { Slot } from '../../contracts/names.ts';
import type { Pointers } from '../../contracts/registry.ts';
import { fallback } from '../registry/transitions.ts';

export interface Request {
  /** Slot of the alarm that asks, null for the alias-level alarm and for a person. */
  readonly slot: Slot | null;
  /** An alarm asks, not a person or the judge. */
  readonly fromAlarm: boolean;
}
export interface Circumstances {
  readonly now: Date;
  /** End of the last rollback, if the pointers have not changed since. */
  readonly lastRollbackAt: Date | null;
  /** Time for which samples of what was rolled back still trip alarms that do not tell slots apart. */
  readonly echoMs: number;
  /** Time after a shift of weight during which alarms do not count. */
  readonly burnInMs: number;
}
export type Decision =
  | { readonly rollBack: 'release' | 'champion'; readonly version: number }
  | { readonly rollBack: null; readonly reason: string };

/**
 * What to roll back, if anything.
 *
 * | release runs | asked for             | champion in its window, with a previous | decision |
 * |---|---|---|---|
 * | yes          | candidate's slot      | –   | the release |
 * | yes          | no slot               | –   | the release: it is what changed last |
 * | yes          | champion's slot       | yes | the champion, and the release with it |
 * | yes          | champion's slot       | no  | ignore: the candidate is not to blame, and nothing is behind the champion |
 * | no           | champion's slot, none | yes | the champion |
 * | no           | champion's slot, none | no  | ignore |
 * | –            | any other slot        | –   | ignore: nobody is served from it |
 *
 * An alarm without a slot shortly after a rollback is its echo and ignored. So is an alarm about the candidate in the
 * burn-in after a shift; what it saw is still in the metrics when the judge looks at the end of the bake.
 */
export function decide(p: Pointers, { slot, fromAlarm }: Request, c: Circumstances): Decision {
  const ignore = (reason: string): Decision => ({ rollBack: null, reason });
  if (p.release && (slot === null || slot === p.release.slot)) {
    const shifted = Date.parse(p.release.stepSince);
    if (fromAlarm && c.now.getTime() - shifted < c.burnInMs)
      return ignore(`the release is in its burn-in since ${p.release.stepSince}; its judge decides`);
    return { rollBack: 'release', version: p.release.version };
  }
  if (p.champion === null) return ignore(`${p.model} has no champion and no release`);
  if (slot !== null && slot !== p.championSlot) return ignore(`nothing is served from slot ${slot}`);
  if (
    fromAlarm &&
    slot === null &&
    c.lastRollbackAt &&
    c.now.getTime() - c.lastRollbackAt.getTime() <= c.echoMs
  )
    return ignore('the alarm still sees what was rolled back a moment ago');
  if (p.rollbackUntil === null || c.now.toISOString() > p.rollbackUntil)
    return ignore(`version ${p.champion} was promoted longer ago than the rollback window`);
  if (fallback(p) === null) return ignore(`version ${p.champion} has no previous version to fall back to`);
  return { rollBack: 'champion', version: p.champion };
}
