import type { Pointers } from '../../contracts/registry.ts';
import type { RollbackInput } from '../../contracts/steps.ts';
import { fallback } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import { championAlone, pointAlias, type Target } from '../shared/live-alias.ts';
import type { ActionInput, RollbackDeps } from './deps.ts';

/** Points the alias at what is healthy, alone: the champion, or the previous version when the champion is sick. */
export async function restore(
  deps: RollbackDeps,
  { rollback: id }: ActionInput<RollbackInput, 'restore'>,
): Promise<{ readonly lambdaVersion: string }> {
  const pointers = requireOwn(await deps.store.pointers(), id);
  const target = await healthy(deps, pointers);
  // A rollback that took over from this one points the alias at the same.
  await pointAlias(deps.alias, target, `rollback ${id}`, async () => undefined);
  return { lambdaVersion: target.main };
}

async function healthy(deps: RollbackDeps, p: Pointers): Promise<Target> {
  if (p.rollback?.target === 'release') return championAlone(deps.alias, p);
  const previous = fallback(p);
  if (!previous)
    throw new CoalmineError('InvalidInput', `${p.model} has no previous version to fall back to`);
  return { main: previous.lambdaVersion };
}

function requireOwn(p: Pointers, id: string): Pointers {
  if (p.rollback?.id === id) return p;
  throw new CoalmineError(
    'ConcurrentChange',
    `rollback ${id} was taken over by ${p.rollback?.id ?? 'nobody'}`,
  );
}
