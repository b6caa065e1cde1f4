import { z } from 'zod';
import { type Pointers, pointersSchema } from '../../contracts/registry.ts';
import type { RollbackInput } from '../../contracts/steps.ts';
import type { RegistryStore } from '../registry/store.ts';
import { failedStep, rollbackFinished } from '../registry/transitions.ts';
import { CoalmineError } from '../shared/errors.ts';
import type { ActionInput, RollbackDeps } from './deps.ts';

/** Settles the pointers and statuses, announces the rollback and measures it. */
export async function finish(
  deps: RollbackDeps,
  { rollback: id, reason }: ActionInput<RollbackInput, 'finish'>,
): Promise<{ readonly version: number; readonly seconds: number }> {
  const { store, definition } = deps;
  const { before, after } = await store.change({ by: `rollback:${id}`, reason }, rollbackFinished(id));
  const rolledBack = before.rollback?.id === id ? before : await finishedBefore(store, before, id);
  const version =
    rolledBack.rollback?.target === 'champion' ? rolledBack.champion : rolledBack.release?.version;
  if (version === null || version === undefined || !rolledBack.rollback)
    throw new CoalmineError('InvalidInput', `rollback ${id} has nothing that it rolled back`);
  const started = new Date(rolledBack.rollback.startedAt).getTime();
  const seconds = Math.max(0, (deps.now().getTime() - started) / 1000);
  deps.emit({ RollbackSeconds: seconds, CandidateWeight: 0 });
  await deps.publish({
    type: 'release.rolled-back',
    model: definition.name,
    rollback: id,
    version,
    step: failedStep(rolledBack),
    champion: after.champion,
    seconds,
    reason,
  });
  return { version, seconds };
}

const { champion, release, rollback } = pointersSchema.shape;
/** What of the pointers an EVENT may carry as changed. */
const fragment = z.object({ champion, release, rollback }).partial();

/** The pointers before an earlier attempt settled them and did not live to say so; from the last EVENT. */
async function finishedBefore(store: RegistryStore, now: Pointers, id: string): Promise<Pointers> {
  const event = await store.event(now.revision);
  const from = z.safeParse(fragment, event?.from).data;
  if (event?.change !== 'rollback.finished' || from?.rollback?.id !== id)
    throw new CoalmineError('ConcurrentChange', `rollback ${id} is not the one that is running`);
  return { ...now, ...from };
}
