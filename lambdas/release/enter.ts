import type { ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease, releaseApproved, releaseEntered } from '../registry/transitions.ts';
import { type ActionInput, authorOf, type ReleaseDeps } from './deps.ts';

/** Marks the state that the machine is about to wait in. */
export async function enter(
  deps: ReleaseDeps,
  { release: id, state }: ActionInput<ReleaseInput, 'enter'>,
): Promise<{ readonly state: string }> {
  await deps.store.change(
    authorOf(id, `waits: ${state}`),
    releaseEntered(id, state, deps.now().toISOString()),
  );
  return { state };
}

/** Records who approved; the EVENT of it answers an auditor. */
export async function approve(
  deps: ReleaseDeps,
  { release: id, by }: ActionInput<ReleaseInput, 'approve'>,
): Promise<{ readonly by: string }> {
  const { after } = await deps.store.change({ by, reason: `approved release ${id}` }, releaseApproved(id));
  const { version } = ownRelease(after, id);
  await deps.publish({ type: 'release.approved', model: deps.definition.name, release: id, version, by });
  return { by };
}
