import { readFeature } from '../rehearsal/features.ts';
import { liveAucByMonth, pooledAuc, type Scored } from '../rehearsal/live-auc.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { type BankWorld, openBankWorld } from '../traffic/bank.ts';
import { DAY } from '../traffic/types.ts';
import { expectThat, firstChampion } from './acts.ts';
import type { Scenario, ScenarioOptions, Stage } from './scenario.ts';

/** Share of the file, in its order, that is history before the rehearsal begins: May to November 2008. */
const HISTORY = 0.6;
/** Rows that one direct invocation scores. */
const CHUNK = 500;
/** AUC by which retraining must beat the champion that was never retrained, on the same calls. */
const WORTH = 0.02;

/** Real data with the economy of 2008 to 2010 in it. */
export const replay: Scenario = {
  name: 'replay',
  summary:
    'Real data: the Bank Marketing calls of 2008 to 2010 arrive in order, predictions first and outcomes a day later, with weekly retrains and drift checks; drift is found, and retraining beats the champion that is never retrained.',
  model: 'term-deposit',
  needsData: true,
  open,
};

function open({ data }: ScenarioOptions): Stage {
  const world = openBankWorld(data!);
  const start = world.dayAfter(HISTORY);
  const live: Scored[] = [];
  let frozen: Scored[] = [];
  return {
    start,
    world,
    async play(r) {
      r.fillLake((start - world.firstDay) / DAY);
      await firstChampion(r);
      const first = r.journal.of('release.prepared')[0]!.detail.lambdaVersion;
      r.traffic.onAnswer(({ event, answer }) => {
        const score = (answer.body as { score?: number }).score;
        if (score !== undefined) live.push({ at: event.at, label: event.label, score });
      });
      const end = world.lastDay + 2 * DAY;
      r.traffic.play(end);
      await r.until(end);
      frozen = await scoreByFirst(r, world, first, start, end);
      judge(r, live, frozen);
    },
    figures: () => ({
      'live AUC with retraining': pooledAuc(live),
      'live AUC never retrained': pooledAuc(frozen),
    }),
    series: () => ({
      liveAuc: { 'with retraining': liveAucByMonth(live), 'never retrained': liveAucByMonth(frozen) },
    }),
  };
}

/** What the first champion, whose Lambda version still exists, would have said of every live call. */
async function scoreByFirst(
  r: Rehearsal,
  world: BankWorld,
  version: string,
  from: number,
  to: number,
): Promise<Scored[]> {
  r.note('The first champion, never retrained, is asked about every call again');
  const events = world.events(from, to);
  const scored: Scored[] = [];
  for (let i = 0; i < events.length; i += CHUNK) {
    const chunk = events.slice(i, i + CHUNK);
    const rows = chunk.map((e) =>
      Object.fromEntries(
        r.definition.features.map((f) => [f.name, readFeature(r.definition, f, e.features)]),
      ),
    );
    const scores = await r.score(version, rows);
    chunk.forEach((e, k) => {
      scored.push({ at: e.at, label: e.label, score: scores[k]! });
    });
  }
  return scored;
}

function judge(r: Rehearsal, live: readonly Scored[], frozen: readonly Scored[]): void {
  expectThat(r.journal.of('drift.detected').length > 0, 'the drift of 2008 should be found');
  const promoted = r.journal.of('release.promoted').length;
  expectThat(promoted > 2, `retrained versions should be promoted, ${promoted - 1} were`);
  const [withIt, without] = [pooledAuc(live), pooledAuc(frozen)];
  expectThat(
    withIt !== null && without !== null && withIt > without + WORTH,
    `retraining should be worth ${WORTH} of AUC, with it the AUC is ${withIt?.toFixed(3)}, without ${without?.toFixed(3)}`,
  );
}
