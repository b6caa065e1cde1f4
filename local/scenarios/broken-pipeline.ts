import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { expectChampion, expectThat, firstChampion } from './acts.ts';
import { at, day, fraudStage } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

/** The column that comes empty; the model's definition rejects rows without it. */
const COLUMN = 'amount';
const BROKEN_FROM = day(1);

export const brokenPipeline: Scenario = {
  name: 'broken-pipeline',
  summary:
    'A bug upstream nulls a column: the rows are rejected and counted, and no model is trained on them.',
  model: 'fraud',
  open: (options) =>
    fraudStage(options, play, { campaigns: [{ kind: 'null', column: COLUMN, from: BROKEN_FROM }] }),
};

async function play(r: Rehearsal): Promise<void> {
  r.fillLake(56);
  const champion = await firstChampion(r);
  await r.until(at(0, 12));
  r.traffic.play(day(4));
  await r.until(BROKEN_FROM);
  r.note(`From now on ${COLUMN} comes empty, in the data lake and in requests`);
  // Two days are 4 % of the window, within the 5 % of rejects that the definition allows; but they are all of the newest.
  await r.until(at(3, 1));
  const since = r.journal.entries.length;
  const failed = await r.wait('retrain.failed', at(3, 12) - r.now);
  expectThat(
    failed.detail.error === 'DatasetRejected',
    `the data should be rejected, it was ${failed.detail.error}`,
  );
  const { rejected, rejectedBy } = r.journal.of('dataset.rejected', since)[0]!.detail;
  const blamed = Object.entries(rejectedBy).filter(([reason]) => reason.startsWith(COLUMN));
  const counted = blamed.reduce((sum, [, n]) => sum + n, 0);
  expectThat(
    counted > 0 && counted >= 0.9 * rejected,
    `the rejects should be counted under ${COLUMN}: ${JSON.stringify(rejectedBy)}`,
  );
  const trained =
    r.journal.of('training.completed', since).length + r.journal.of('version.registered', since).length;
  expectThat(trained === 0, 'no model may be trained on rejected data');
  const refused = r.client.statuses.get(400) ?? 0;
  expectThat(refused > 0, 'requests without the column should be refused with 400');
  await expectChampion(r, champion);
}
