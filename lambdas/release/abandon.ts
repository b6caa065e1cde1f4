import type { ErrorName } from '../../contracts/errors.ts';
import type { ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease, releaseEnded } from '../registry/transitions.ts';
import { isNamed } from '../shared/errors.ts';
import { championAlone, pointAlias } from '../shared/live-alias.ts';
import { type ActionInput, authorOf, type ReleaseDeps } from './deps.ts';
import { endOf } from './last-change.ts';

/** Errors that are the version's own fault: it is not released again. After any other it may be. */
const REJECTING: readonly (ErrorName | string)[] = ['SmokeTestFailed', 'ShadowFailed', 'ApprovalRefused'];

/**
 * Ends a release without promotion: the champion alone, the pointers cleared, the failure announced. A release that
 * never began, is over, or is being ended by a rollback is only announced.
 */
export async function abandon(
  deps: ReleaseDeps,
  input: ActionInput<ReleaseInput, 'abandon'>,
): Promise<{ readonly version: number | null }> {
  const { store } = deps;
  const { release: id, error, cause, step, execution } = input;
  const version = await endIfOurs(deps, input);
  await deps.publish({
    type: 'release.failed',
    model: deps.definition.name,
    release: id,
    version: version ?? (await endOf(store, await store.pointers(), id))?.version ?? null,
    error,
    cause,
    step,
    execution,
  });
  return { version };
}

async function endIfOurs(
  deps: ReleaseDeps,
  { release: id, error, step }: ActionInput<ReleaseInput, 'abandon'>,
): Promise<number | null> {
  const { store, alias } = deps;
  const pointers = await store.pointers();
  if (pointers.release?.id !== id || pointers.release.state === 'rolling-back') return null;
  try {
    const target = await championAlone(alias, pointers);
    await pointAlias(alias, target, `release ${id}: abandoned`, async () =>
      ownRelease(await store.pointers(), id),
    );
  } catch (e) {
    // A rollback began meanwhile and ends the release itself.
    if (isNamed(e, 'ReleaseSuperseded')) return null;
    throw e;
  }
  const status = REJECTING.includes(error) ? 'rejected' : 'registered';
  await store.change(authorOf(id, `${error} at ${step}`), releaseEnded(id, status, step));
  deps.emit({ CandidateWeight: 0 });
  return pointers.release.version;
}
