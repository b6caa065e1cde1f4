import type { ReleaseInput } from '../../contracts/steps.ts';
import { ownRelease, releaseShifted } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import { championAlone, pointAlias, type Target } from '../shared/live-alias.ts';
import { type ActionInput, authorOf, type ReleaseDeps } from './deps.ts';

/**
 * Gives the candidate `weight` percent of the traffic; at 100 the alias points at it alone.
 * @throws CoalmineError ReleaseSuperseded when a rollback is ending the release
 */
export async function shift(
  deps: ReleaseDeps,
  { release: id, weight }: ActionInput<ReleaseInput, 'shift'>,
): Promise<{ readonly weight: number }> {
  const { store, alias, definition } = deps;
  const pointers = await store.pointers();
  const { version, slot } = ownRelease(pointers, id);
  const lambdaVersion = pointers.slots[slot]?.lambdaVersion;
  if (!lambdaVersion) throw new CoalmineError('InvalidInput', `release ${id} has not been prepared`);
  if (weight < 100 && pointers.champion === null)
    throw new CoalmineError('InvalidInput', `without a champion nobody takes the other ${100 - weight} %`);
  const target: Target =
    weight === 100
      ? { main: lambdaVersion }
      : {
          ...(await championAlone(alias, pointers)),
          ...(weight > 0 && { candidate: { lambdaVersion, percent: weight } }),
        };
  await pointAlias(alias, target, `release ${id}: ${weight} % to version ${version}`, async () =>
    ownRelease(await store.pointers(), id),
  );
  await store.change(
    authorOf(id, `${weight} % to version ${version}`),
    releaseShifted(id, weight, deps.now().toISOString()),
  );
  deps.emit({ CandidateWeight: weight });
  await deps.publish({
    type: 'release.weight-shifted',
    model: definition.name,
    release: id,
    version,
    slot,
    weight,
  });
  return { weight };
}
