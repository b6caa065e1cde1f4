import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { HOUR } from '../traffic/types.ts';
import { expectAnswered, expectChampion, expectThat, firstChampion, retrain } from './acts.ts';
import { at, type Busy, day, fraudStage } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

const HISTORY_DAYS = 56;
const CAMPAIGN = {
  kind: 'shift' as const,
  categories: ['travel', 'gaming'],
  psi: 0.3,
  from: at(0, 12),
  to: day(3),
};
const BUSY: readonly Busy[] = [
  [at(5, 9.5), at(5, 12.5)],
  [at(6, 9.5), at(6, 10.5)],
];

/** Monday to Sunday: drift, a failed and a corrected retrain, a release train, a bad release and its rollback. */
export const week: Scenario = {
  name: 'week',
  summary:
    'A campaign drifts a feature on Monday; Wednesday’s retrain fails its gate on a wrong hyperparameter, is corrected and passes; on Friday the candidate goes 10, 50, 100 %; on Saturday a slow and wrong release is rolled back by its alarm; the week ends with a healthy champion.',
  model: 'fraud',
  open: (options) => fraudStage(options, play, { busy: BUSY, campaigns: [CAMPAIGN] }),
};

async function play(r: Rehearsal): Promise<void> {
  r.fillLake(HISTORY_DAYS);
  const first = await firstChampion(r);
  await r.until(CAMPAIGN.from);
  r.traffic.play(day(8));
  r.note('A campaign sends more payments to travel and gaming');
  await monday(r);
  const second = await wednesday(r, first);
  await friday(r, second);
  await saturday(r, second);
  await r.until(day(8));
  await expectChampion(r, second);
  // While the bad release runs its share of failed requests is the point; nothing else may fail.
  expectAnswered(r, [500, 502]);
  const failed = (r.client.statuses.get(500) ?? 0) + (r.client.statuses.get(502) ?? 0);
  expectThat(failed / r.traffic.sent < 0.01, `${failed} of ${r.traffic.sent} predictions failed`);
}

async function monday(r: Rehearsal): Promise<void> {
  await r.until(day(1));
  const drift = await r.wait('drift.detected', 24 * HOUR);
  const { drifted, maxPsi } = drift.detail;
  expectThat(
    drifted.includes('merchant_category'),
    `the drifted features should name merchant_category, they are ${drifted}`,
  );
  expectThat(maxPsi > 0.2 && maxPsi < 0.45, `the PSI should be about 0.3, it is ${maxPsi}`);
  const stale = r.journal.of('golden.stale').at(-1)?.detail;
  expectThat(
    stale?.features.join() === 'merchant_category' && stale.maxPsi > 0.2,
    `the golden set should be stale by merchant_category alone, it is by ${stale?.features ?? 'nothing'}`,
  );
}

async function wednesday(r: Rehearsal, champion: number): Promise<number> {
  await r.until(at(2, 15));
  await r.registry({
    action: 'override-hyperparameters',
    hyperparameters: { num_round: 2 },
    by: 'operator',
    reason: 'faster training (a typo for 200)',
  });
  await r.wait('retrain.failed', at(3, 12) - r.now);
  expectThat(r.journal.of('gate.failed').length === 1, 'a gate should have failed');
  await expectChampion(r, champion);
  await r.registry({
    action: 'override-hyperparameters',
    hyperparameters: {},
    by: 'operator',
    reason: 'the typo is found',
  });
  return retrain(r, 'corrected hyperparameters');
}

async function friday(r: Rehearsal, candidate: number): Promise<void> {
  await r.until(at(5, 9));
  const since = r.journal.entries.length;
  const promoted = await r.wait('release.promoted', 5 * HOUR);
  expectThat(
    promoted.detail.version === candidate,
    `version ${candidate} should be promoted, not ${promoted.detail.version}`,
  );
  const weights = r.journal.of('release.weight-shifted', since).map((e) => e.detail.weight);
  expectThat(weights.join() === '10,50,100', `the weights should be 10, 50, 100, they were ${weights}`);
}

async function saturday(r: Rehearsal, champion: number): Promise<void> {
  await r.until(at(6, 8));
  const bad = await retrain(r, 'a hurried change');
  await r.until(at(6, 9.75));
  await r.start('Release', { version: bad, by: 'operator', reason: 'it cannot wait until Friday' });
  const shifted = await r.wait('release.weight-shifted', 2 * HOUR);
  expectThat(shifted.detail.version === bad, `version ${bad} should be in canary`);
  const endSlow = r.strike(bad, { kind: 'slow', ms: 900 });
  const endWrong = r.strike(bad, { kind: 'error', rate: 0.3 });
  r.note(`Under real traffic version ${bad} turns out slow (900 ms) and wrong (3 in 10 fail)`);
  const rolledBack = await r.wait('release.rolled-back', 2 * HOUR);
  endSlow();
  endWrong();
  expectThat(
    rolledBack.detail.version === bad,
    `version ${bad} should be rolled back, not ${rolledBack.detail.version}`,
  );
  const by = r.journal.of('rollback.started').at(-1)?.detail.by ?? '';
  expectThat(by.startsWith('alarm:'), `an alarm should have asked for the rollback, it was '${by}'`);
  await expectChampion(r, champion);
}
