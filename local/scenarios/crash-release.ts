import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { HOUR } from '../traffic/types.ts';
import { expectAnswered, expectChampion, expectThat, firstChampion, retrain } from './acts.ts';
import { at, fraudStage } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

export const crashRelease: Scenario = {
  name: 'crash-release',
  summary: 'The candidate crashes at start: the smoke test stops the release before any request reaches it.',
  model: 'fraud',
  open: (options) => fraudStage(options, play),
};

async function play(r: Rehearsal): Promise<void> {
  r.fillLake(56);
  const champion = await firstChampion(r);
  await r.until(at(0, 12));
  r.traffic.play(at(1, 16));
  await r.until(at(1, 8));
  const candidate = await retrain(r, 'new data');
  r.strike(candidate, { kind: 'crash-at-init' });
  r.note(`Version ${candidate} crashes at start`);
  await r.start('Release', { version: candidate, by: 'operator', reason: 'new data' });
  const failed = await r.wait('release.failed', 4 * HOUR);
  expectThat(
    failed.detail.error === 'SmokeTestFailed',
    `the smoke test should fail, it was ${failed.detail.error}`,
  );
  const shifts = r.journal.of('release.weight-shifted').filter((e) => e.detail.version === candidate);
  expectThat(shifts.length === 0, 'no traffic may reach a version that crashes at start');
  await r.until(at(1, 16));
  await expectChampion(r, champion);
  expectAnswered(r);
}
