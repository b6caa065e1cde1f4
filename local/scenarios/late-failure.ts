import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { HOUR } from '../traffic/types.ts';
import { expectChampion, expectThat, firstChampion, retrain } from './acts.ts';
import { at, fraudStage } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

export const lateFailure: Scenario = {
  name: 'late-failure',
  summary:
    'A version fails hours after it took 100 %, inside the rollback window: the alarm brings the previous champion back.',
  model: 'fraud',
  open: (options) => fraudStage(options, play, { busy: [[at(1, 9), at(1, 17)]] }),
};

async function play(r: Rehearsal): Promise<void> {
  r.fillLake(56);
  const champion = await firstChampion(r);
  await r.until(at(0, 12));
  r.traffic.play(at(1, 17));
  await r.until(at(1, 7));
  const candidate = await retrain(r, 'new data');
  await r.until(at(1, 9.5));
  await r.start('Release', { version: candidate, by: 'operator', reason: 'new data' });
  await r.wait('release.promoted', 5 * HOUR);
  await expectChampion(r, candidate);
  await r.until(r.now + 2 * HOUR);
  const end = r.strike(candidate, { kind: 'error', rate: 0.4 });
  r.note(`Version ${candidate}, champion for two hours, begins to fail 4 in 10 requests`);
  const rolledBack = await r.wait('release.rolled-back', HOUR);
  end();
  expectThat(rolledBack.detail.version === candidate, `version ${candidate} should be rolled back`);
  expectThat(rolledBack.detail.champion === champion, `version ${champion} should be champion again`);
  await r.until(r.now + HOUR);
  await expectChampion(r, champion);
}
