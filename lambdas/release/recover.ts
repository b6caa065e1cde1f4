import type { ReleaseInput } from '../../contracts/steps.ts';
import { abandon } from './abandon.ts';
import type { ActionInput, ReleaseDeps } from './deps.ts';

/**
 * Abandons a release whose execution is over and has not ended it: somebody stopped it, its time ran out, or its own
 * `abandon` failed for as long as it tried. A release that has ended, that a rollback is ending, or that was taken up
 * again since is left alone.
 * @returns the version that is out, null when there was nothing to do
 */
export async function recover(
  deps: ReleaseDeps,
  { release: id, execution, status }: ActionInput<ReleaseInput, 'recover'>,
): Promise<{ readonly version: number | null }> {
  const { release } = await deps.store.pointers();
  if (release?.id !== id || release.state === 'rolling-back') return { version: null };
  // A redriven execution has the name of the one that failed, and may be at work by now.
  if (await deps.executions.isRunning(execution)) return { version: null };
  return abandon(deps, {
    action: 'abandon',
    release: id,
    execution,
    error: 'ReleaseStopped',
    cause: `its execution is ${status} and had not ended the release`,
    step: release.state === 'canary' ? `canary-${release.weight}` : release.state,
  });
}
