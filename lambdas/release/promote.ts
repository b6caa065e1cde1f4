import { SLOTS, type Slot } from '../../contracts/names.ts';
import type { ReleaseInput } from '../../contracts/steps.ts';
import { releasePromoted } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import { type ActionInput, authorOf, type ReleaseDeps } from './deps.ts';
import { lastChangeOf } from './last-change.ts';

/** Moves the champion pointer to the candidate, and opens the rollback window. */
export async function promote(
  deps: ReleaseDeps,
  { release: id }: ActionInput<ReleaseInput, 'promote'>,
): Promise<{ readonly version: number }> {
  const { store, definition } = deps;
  const windowMs = definition.release.rollbackWindowHours * 3_600_000;
  const until = new Date(deps.now().getTime() + windowMs).toISOString();
  const pointers = await store.pointers();
  // An earlier attempt may have promoted and not lived to say so.
  const done = (await lastChangeOf(store, pointers, id)) === 'release.promoted';
  const { after } = done
    ? { after: pointers }
    : await store.change(authorOf(id, 'the judge agreed at every step'), releasePromoted(id, until));
  const { champion, championSlot, previous, rollbackUntil } = after;
  if (champion === null || !isSlot(championSlot))
    throw new CoalmineError('InvalidInput', `${definition.name} has no champion after promotion`);
  deps.emit({ CandidateWeight: 0 });
  await deps.publish({
    type: 'release.promoted',
    model: definition.name,
    release: id,
    version: champion,
    slot: championSlot,
    previous,
    rollbackUntil: rollbackUntil ?? until,
  });
  return { version: champion };
}

const isSlot = (s: Slot | null): s is Slot => s !== null && SLOTS.includes(s);
