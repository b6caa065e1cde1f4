import { describe, expect, it } from 'vitest';
import { gatesSchema, sliceSchema } from '../../contracts/gates.ts';
import { assessRanking } from '../../lambdas/evaluation/assess-ranking.ts';
import { flatMetrics } from '../../lambdas/evaluation/flat-metrics.ts';
import { sliceGates } from '../../lambdas/evaluation/gate-groups.ts';
import { comparisonGates } from '../../lambdas/evaluation/gate-quality.ts';
import { runGates } from '../../lambdas/evaluation/gates.ts';
import { rankingMeasure } from '../../lambdas/evaluation/slice-measures.ts';
import { sliceResults } from '../../lambdas/evaluation/slices.ts';
import { unknown } from '../../lambdas/shared/statistics/estimate.ts';
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
      'golden.ndcg.champion',
      'golden.ndcg.better',
      'validation.ndcg.champion',
      'validation.ndcg.better',
    ]);
  });

  it('is held to not being worse than the champion by more than a tolerance, whatever the metric', () => {
    const failed = (gates: object, set = assess(dull, sharp)) =>
      comparisonGates('golden', set, gatesSchema.parse(gates))
        .filter((g) => !g.passed)
        .map((g) => g.gate);
    expect(failed({})).toEqual(['golden.ndcg.champion']);
    expect(failed({ ndcgTolerance: 1 })).toEqual([]);
    expect(failed({ ndcgTolerance: 1, notWorseBy: { map: 0.1 } })).toEqual(['golden.map.champion']);
    expect(failed({ notWorseBy: { ndcg: 1, longTailLift: 1, coverage: 1 } })).toEqual([]);
  });

  it('counts coverage on the set: its bound is held against the count', () => {
    const { coverage } = assess(sharp, null).candidate.metrics;
    expect(coverage).toEqual({
      value: coverage!.value,
      low: coverage!.value,
      high: coverage!.value,
      reason: null,
    });
    const { longTailLift } = assess(sharp, null).candidate.metrics;
    expect(longTailLift!.low!).toBeLessThan(longTailLift!.value!);
    expect(longTailLift!.high!).toBeGreaterThan(longTailLift!.value!);
  });

  it('says nothing of items that the definition does not name', () => {
    const { candidate } = assessRanking(
      { labels, queries, items: null, candidate: sharp, champion: null },
      5,
      OPTIONS,
    );
    expect(candidate.metrics.ndcg!.value).toBe(1);
    for (const metric of ['coverage', 'longTailLift'] as const)
      expect(candidate.metrics[metric]).toEqual(unknown('the model definition names no item (ranking.item)'));
  });

  it('by slice ranks each query among its own rows, and judges NDCG', () => {
    const odd = (i: number) => (i % 2 === 0 ? 'even' : 'odd');
    const mixed = Float64Array.from(sharp, (s, i) => (i % 2 === 0 ? s : dull[i]!));
    const set = {
      ...{ set: 'golden' as const, labels, candidate: mixed, champion: sharp },
      values: () => odd,
    };
    const slices = [sliceSchema.parse({ feature: 'side', metric: 'ndcg', minRows: 50 })];
    const results = sliceResults(set, slices, rankingMeasure(queries, items, 5));
    expect(results.map((s) => [s.value, s.rows, s.candidate.ndcg! < 1])).toEqual([
      ['even', 100, false],
      ['odd', 100, true],
    ]);
    expect(sliceGates(results).map((g) => g.passed)).toEqual([true, false]);
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
