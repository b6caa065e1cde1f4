import { describe, expect, it } from 'vitest';
import { retrain } from '../../../local/scenarios/acts.ts';
import { HOUR } from '../../../local/traffic/types.ts';
import { openStage } from './stage.ts';

/** Some life of one seed, faults by chance included: every event with its time, and what requests were answered with. */
async function life(seed: number) {
  await using stage = await openStage({ seed });
  const { r } = stage;
  const version = await retrain(r, 'a candidate');
  const scores: unknown[] = [];
  r.traffic.onAnswer(({ answer }) => scores.push(answer.body));
  r.traffic.play(r.now + HOUR);
  r.strike(version, { kind: 'error', rate: 0.3 });
  await stage.start('Release', { version, by: 'test', reason: 'a test' });
  await r.until(r.now + HOUR);
  return { timeline: r.journal.timeline(), scores, statuses: [...r.client.statuses] };
}

describe('a seed', () => {
  it('gives the same history again, and another seed gives another', async () => {
    const first = await life(11);
    expect(first.timeline.map((e) => e.type)).toContain('release.weight-shifted');
    expect(await life(11)).toEqual(first);
    const other = await life(12);
    expect(other.timeline).not.toEqual(first.timeline);
    expect(other.scores).not.toEqual(first.scores);
  });
});
