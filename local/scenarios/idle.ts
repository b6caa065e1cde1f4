import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { HOUR } from '../traffic/types.ts';
import { expectChampion, expectThat, firstChampion, retrain } from './acts.ts';
import { at, day, fraudStage } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

export const idle: Scenario = {
  name: 'idle',
  summary: 'Nobody asks during the canary: the judge holds, and the release ends without promotion.',
  model: 'fraud',
  // Who serves it afterwards and releases by hand finds traffic that a judge can decide on.
  open: (options) => fraudStage(options, play, { busy: [[day(2), Number.POSITIVE_INFINITY]] }),
};

async function play(r: Rehearsal): Promise<void> {
  r.fillLake(56);
  const champion = await firstChampion(r);
  await r.until(at(1, 8));
  const candidate = await retrain(r, 'new data');
  r.note('No request comes while the candidate is in canary');
  await r.start('Release', { version: candidate, by: 'operator', reason: 'new data' });
  const failed = await r.wait('release.failed', 24 * HOUR);
  expectThat(
    failed.detail.error === 'ReleaseUndecided',
    `the release should end undecided, it was ${failed.detail.error}`,
  );
  const verdicts = r.journal.of('release.judged').map((e) => e.detail.verdict);
  expectThat(
    verdicts.length > 1 && verdicts.every((v) => v === 'hold'),
    `the judge should hold, it said ${verdicts}`,
  );
  // In the morning, when who serves it afterwards finds traffic again.
  await r.until(at(2, 9));
  await expectChampion(r, champion);
}
