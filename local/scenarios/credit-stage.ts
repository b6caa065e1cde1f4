import type { Entry } from '../rehearsal/journal.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { Turn } from '../traffic/credit/applicant.ts';
import { createCreditWorld } from '../traffic/credit/world.ts';
import { HOUR } from '../traffic/types.ts';
import { expectChampion, expectThat, firstChampion } from './acts.ts';
import { at, SUNDAY } from './fraud-stage.ts';
import type { ScenarioOptions, Stage } from './scenario.ts';

/** When the world turns: after the first champion was made. */
export const TURN = at(1, 0);
/** The window of two weeks is mostly of after the turn. */
export const LATER = at(10, 6);

/** The loan applications as a stage: a first champion, a turn of the world, and what comes of the next candidate. */
export function creditStage(
  options: ScenarioOptions,
  turns: readonly Turn[],
  play: (r: Rehearsal, champion: number) => Promise<void>,
): Stage {
  return {
    start: SUNDAY,
    world: createCreditWorld({ seed: options.seed, turns }),
    async play(r) {
      r.fillLake(14);
      const champion = await firstChampion(r);
      await play(r, champion);
      await expectChampion(r, champion);
    },
  };
}

/** Retrains and expects the gates to stop the candidate; returns what they said. */
export async function rejected(r: Rehearsal, reason: string): Promise<Entry<'gate.failed'>['detail']> {
  const since = r.journal.entries.length;
  await r.start('Retrain', { reason, by: 'operator' });
  const failed = await r.wait('retrain.failed', 6 * HOUR);
  expectThat(
    failed.detail.error === 'GateFailed',
    `a gate should stop the candidate, it was ${failed.detail.error}: ${failed.detail.cause}`,
  );
  const gate = r.journal.of('gate.failed', since)[0];
  expectThat(gate !== undefined, 'the gate that failed should be announced');
  return gate!.detail;
}

/** AUC of the candidate minus that of the champion, on the rows that decide. */
export function gain({ metrics }: Entry<'gate.failed'>['detail']): number {
  const [ours, theirs] = [metrics['validation.auc'], metrics['champion.validation.auc']];
  expectThat(typeof ours === 'number' && typeof theirs === 'number', 'both AUCs should be known');
  return ours! - theirs!;
}

/** Every reason must be of the kind that the scenario is about. */
export function expectReasons(reasons: readonly string[], about: RegExp): void {
  const other = reasons.find((reason) => !about.test(reason));
  expectThat(
    reasons.length > 0 && other === undefined,
    `the only reasons should be ${about}, one is: ${other}`,
  );
}
