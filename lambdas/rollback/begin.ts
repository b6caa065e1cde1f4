import type { Pointers } from '../../contracts/registry.ts';
import type { BeginRollbackOutput, RollbackInput } from '../../contracts/steps.ts';
import type { RegistryStore } from '../registry/store.ts';
import { rollbackBegun } from '../registry/transitions.ts';
import { decide } from './decide.ts';
import type { ActionInput, RollbackDeps } from './deps.ts';

type Input = ActionInput<RollbackInput, 'begin'>;

/**
 * Decides what to roll back and takes it from whoever else may act on it. The same request twice is one rollback; one
 * whose execution died is taken over, with its target and its start.
 */
export async function begin(deps: RollbackDeps, input: Input): Promise<BeginRollbackOutput> {
  const { store, definition } = deps;
  const pointers = await store.pointers();
  const { rollback } = pointers;
  if (rollback && rollback.id !== input.rollback && (await deps.executions.isRunning(rollback.execution)))
    return ignore(deps, input, `rollback ${rollback.id} is doing it`);
  const decision = rollback
    ? { rollBack: rollback.target, version: versionOf(pointers, rollback.target) }
    : decide(
        pointers,
        { slot: input.slot, fromAlarm: input.by.startsWith('alarm:') },
        {
          now: deps.now(),
          lastRollbackAt: await lastRollbackAt(store, pointers),
          // Alarms look back twice their minutes; five more to be evaluated and to arrive.
          echoMs: (2 * definition.alarms.minutes + 5) * 60_000,
          burnInMs: definition.release.burnInMinutes * 60_000,
        },
      );
  if (decision.rollBack === null) return ignore(deps, input, decision.reason);
  const change = {
    id: input.rollback,
    execution: input.execution,
    target: decision.rollBack,
    now: deps.now().toISOString(),
  };
  // What was decided on must still be so: another rollback may have begun, or the release ended, since it was read.
  const { after } = await store.change(input, (p) =>
    sameGround(p, pointers) ? rollbackBegun(change)(p) : null,
  );
  if (after.rollback?.id !== input.rollback) {
    if (after.rollback) return ignore(deps, input, `rollback ${after.rollback.id} is doing it`);
    return begin(deps, input);
  }
  await deps.publish({
    type: 'rollback.started',
    model: definition.name,
    rollback: input.rollback,
    version: decision.version,
    reason: input.reason,
    by: input.by,
  });
  return {
    decision: 'roll-back',
    reason: input.reason,
    releaseExecution: after.release?.execution ?? null,
  };
}

const versionOf = (p: Pointers, target: 'release' | 'champion'): number | null =>
  target === 'release' ? (p.release?.version ?? null) : p.champion;

/** Whether champion, release and rollback are those that were decided on; a release may have gone on a step. */
const sameGround = (now: Pointers, then: Pointers): boolean =>
  now.release?.id === then.release?.id &&
  now.rollback?.id === then.rollback?.id &&
  now.champion === then.champion &&
  now.championSlot === then.championSlot;

async function lastRollbackAt(store: RegistryStore, p: Pointers): Promise<Date | null> {
  const event = p.revision > 0 ? await store.event(p.revision) : undefined;
  return event?.change === 'rollback.finished' ? new Date(event.at) : null;
}

async function ignore(deps: RollbackDeps, input: Input, reason: string): Promise<BeginRollbackOutput> {
  await deps.publish({
    type: 'rollback.ignored',
    model: deps.definition.name,
    rollback: input.rollback,
    reason: `${reason} (asked by ${input.by}: ${input.reason})`,
  });
  return { decision: 'ignore', reason, releaseExecution: null };
}
