import type { Pointers } from '../../contracts/registry.ts';
import type { BeginReleaseOutput, ReleaseInput } from '../../contracts/steps.ts';
import { beginRelease, ownRelease, releaseEnded } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import { championAlone, pointAlias } from '../shared/live-alias.ts';
import { chooseVersion } from './choose.ts';
import { type ActionInput, authorOf, type ReleaseDeps } from './deps.ts';

/**
 * Makes the version the candidate. A release whose execution died without abandoning it is ended first.
 * @throws CoalmineError ReleaseInProgress naming who is running, and what {@link chooseVersion} throws
 */
export async function begin(
  deps: ReleaseDeps,
  input: ActionInput<ReleaseInput, 'begin'>,
): Promise<BeginReleaseOutput> {
  const { store, definition } = deps;
  let pointers = await store.pointers();
  if (pointers.release?.id !== input.release) {
    await requireFree(deps, pointers);
    // Before the choice: the dead release's own version may be the newest, and is registered again only then.
    await endDead(deps, pointers);
    const { version } = chooseVersion(input.version, await store.pointers(), await store.versions());
    const change = { id: input.release, execution: input.execution, version, now: deps.now().toISOString() };
    ({ after: pointers } = await store.change(input, beginRelease(change)));
  }
  const { version, slot } = ownRelease(pointers, input.release);
  await deps.publish({
    type: 'release.started',
    model: definition.name,
    release: input.release,
    version,
    slot,
    champion: pointers.champion,
    by: input.by,
  });
  const { steps, bakeMinutes, shadowMinutes, approval, maxHolds } = definition.release;
  return {
    release: input.release,
    version,
    slot,
    champion: pointers.champion,
    first: pointers.champion === null,
    steps,
    bakeSeconds: Math.round(bakeMinutes * 60),
    shadowSeconds: Math.round(shadowMinutes * 60),
    approval,
    maxHolds,
  };
}

async function requireFree({ executions }: ReleaseDeps, p: Pointers): Promise<void> {
  // A rollback that died half-way has to be finished by a rollback: only that knows where the traffic should be.
  if (p.rollback)
    throw new CoalmineError(
      'ReleaseInProgress',
      `rollback ${p.rollback.id} of ${p.model} has not ended; if it died, start the rollback again to finish it`,
    );
  if (p.release && (await executions.isRunning(p.release.execution)))
    throw new CoalmineError(
      'ReleaseInProgress',
      `release ${p.release.id} of ${p.model} is at ${p.release.state} with version ${p.release.version}`,
    );
}

async function endDead(deps: ReleaseDeps, p: Pointers): Promise<void> {
  const dead = p.release?.id;
  if (dead === undefined) return;
  const owned = async () => ownRelease(await deps.store.pointers(), dead);
  await pointAlias(deps.alias, await championAlone(deps.alias, p), `release ${dead}: ended, it died`, owned);
  await deps.store.change(
    authorOf(dead, 'its execution ended without abandoning it'),
    releaseEnded(dead, 'registered', null),
  );
}
