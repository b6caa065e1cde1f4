import { describe, expect, it } from 'vitest';
import { gatesSchema } from '../../contracts/gates.ts';
import { assessRanking } from '../../lambdas/evaluation/assess-ranking.ts';
import { flatMetrics } from '../../lambdas/evaluation/flat-metrics.ts';
import { runGates } from '../../lambdas/evaluation/gates.ts';
import { seededBits } from '../../lambdas/shared/statistics/random.ts';

const bits = seededBits(2);
const u = () => bits() / 2 ** 32;
const OPTIONS = { threshold: 0.5, resamples: 300, seed: 1 };

/** Twenty queries of ten items; a model's score is the truth with so much noise. */
const queries = Array.from({ length: 200 }, (_, i) => `q${Math.floor(i / 10)}`);
const items = Array.from({ length: 200 }, (_, i) => `i${(i * 7) % 40}`);
const labels = Uint8Array.from(queries, () => (u() < 0.3 ? 1 : 0));
const noisy = (noise: number) => Float64Array.from(labels, (y) => y + noise * u());
const sharp = noisy(0.5);
const dull = noisy(3);
const assess = (candidate: Float64Array, champion: Float64Array | null) =>
  assessRanking({ labels, queries, items, candidate, champion }, 5, OPTIONS);

describe('the assessment of a ranking model', () => {
  it('is NDCG, MAP, coverage and long-tail lift, with intervals over queries', () => {
    const { candidate, champion, difference } = assess(sharp, null);
    expect(candidate.metrics.ndcg).toMatchObject({ value: 1, low: 1, high: 1 });
    expect(
      Object.keys(flatMetrics({ golden: assess(sharp, null), validation: assess(sharp, null) })),
    ).toEqual(
      expect.arrayContaining(['golden.ndcg', 'golden.map', 'golden.coverage', 'validation.longTailLift']),
    );
    expect([champion, difference]).toEqual([null, null]);
  });

  it('tells a better model from a worse one by the interval of their difference', () => {
    const { difference } = assess(sharp, dull);
    expect(difference!.ndcg!.low).toBeGreaterThan(0.05);
    expect(assess(dull, sharp).difference!.map!.high).toBeLessThan(-0.05);
  });

  it('is held to the bounds and to the lead that the definition names', () => {
    const gates = gatesSchema.parse({
      minRows: 10,
      floors: { ndcg: { min: 0.9 } },
      betterBy: { ndcg: 0.02 },
    });
    const failed = (set: ReturnType<typeof assess>) =>
      runGates(gates, {
        sets: { golden: set, validation: set },
        slices: [],
        fairness: [],
        latencies: [1],
        artifactBytes: 1,
      })
        .filter((g) => !g.passed)
        .map((g) => g.gate);
    expect(failed(assess(sharp, dull))).toEqual([]);
    expect(failed(assess(dull, sharp))).toEqual([
      'golden.ndcg.minimum',
      'golden.ndcg.better',
      'validation.ndcg.better',
    ]);
  });

  it('says why there is no value', () => {
    const none = assessRanking(
      { labels: new Uint8Array(2), queries: ['a', 'a'], items: ['x', 'y'], candidate: sharp, champion: null },
      5,
      OPTIONS,
    );
    expect(none.candidate.metrics.ndcg).toMatchObject({ value: null, reason: 'no query has a relevant row' });
  });
});
