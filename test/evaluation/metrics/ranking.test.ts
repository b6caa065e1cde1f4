import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  byQuery,
  catalogueCoverage,
  longTail,
  longTailLift,
  ndcg,
  type RankedRow,
  rankingMetrics,
  tailCounts,
} from '../../../lambdas/evaluation/metrics/ranking.ts';

const query = (gains: readonly number[], scores: readonly number[], name = 'q'): RankedRow[] =>
  gains.map((gain, i) => ({ query: name, item: `i${i}`, gain, score: scores[i]! }));

describe('NDCG', () => {
  it('is that of scikit-learn’s documentation (ndcg_score): 0.69, at 4: 0.35', () => {
    expect(ndcg(query([10, 0, 0, 1, 5], [0.1, 0.2, 0.3, 4, 70]), 5)).toBeCloseTo(0.6956940443813076, 12);
    expect(ndcg(query([10, 0, 0, 1, 5], [0.05, 1.1, 1, 0.5, 0]), 4)).toBeCloseTo(0.3520241100634488, 12);
  });

  it('shares the gain of ties (scikit-learn 1.9, ignore_ties=False)', () => {
    expect(ndcg(query([3, 2, 0, 1, 0], [0.5, 0.5, 0.5, 0.2, 0.2]), 2)).toBeCloseTo(0.6378005308238515, 12);
  });

  it('is 1 for the ideal order, at most 1 for any, and null without anything relevant', () => {
    const gains = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(gains, fc.integer({ min: 1, max: 12 }), (g, k) => {
        const ideal = ndcg(query(g, g), k);
        const other = ndcg(
          query(
            g,
            g.map((_, i) => i % 3),
          ),
          k,
        );
        if (g.every((x) => x === 0)) expect([ideal, other]).toEqual([null, null]);
        else {
          expect(ideal).toBeCloseTo(1, 12);
          expect(other!).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});

describe('average precision', () => {
  it('is the mean precision at the relevant ranks: 1, 2/3 and 3/6 for ranks 1, 3 and 6', () => {
    expect(averagePrecision(query([1, 0, 1, 0, 0, 1], [6, 5, 4, 3, 2, 1]), 6)).toBeCloseTo(
      (1 + 2 / 3 + 3 / 6) / 3,
      12,
    );
  });

  it('divides by what could be found among k, and is null where nothing could', () => {
    expect(averagePrecision(query([1, 1, 1], [3, 2, 1]), 2)).toBe(1);
    expect(averagePrecision(query([0, 0], [2, 1]), 2)).toBeNull();
  });

  it('earns nothing from ties', () => {
    expect(averagePrecision(query([1, 0], [1, 1]), 2)).toBe(0.5);
  });
});

it('coverage is the share of the catalogue that somebody is shown', () => {
  const queries = [query([0, 0, 0], [3, 2, 1], 'a'), query([0, 0, 0], [3, 1, 2], 'b')];
  const catalogue = new Set(['i0', 'i1', 'i2', 'i3']);
  expect(catalogueCoverage(queries, catalogue, 1)).toBe(0.25);
  expect(catalogueCoverage(queries, catalogue, 2)).toBe(0.75);
  expect(catalogueCoverage(queries, new Set(), 2)).toBeNull();
});

describe('the long-tail lift', () => {
  const head = Array.from({ length: 8 }, (_, q) => ({ query: `q${q}`, item: 'hit', gain: 0, score: 1 }));
  const liftOf = (queries: RankedRow[][], k = 1) => {
    const tail = longTail(queries);
    return longTailLift(queries.map((q) => tailCounts(q, tail, k)));
  };
  const rare = (score: number) => ['x', 'y'].map((item, q) => ({ query: `q${q}`, item, gain: 0, score }));

  it('is 0 for a model that shows the head alone, and more than 1 for one that favours the tail', () => {
    const lift = (score: number) => liftOf(byQuery([...head, ...rare(score)]));
    expect(lift(0)).toBe(0);
    // Two queries show their rare item, where chance would show it in half of them.
    expect(lift(2)).toBeCloseTo(2 / (1 / 2 + 1 / 2), 12);
  });

  it('is 1 where everything is shown: nothing was chosen', () => {
    expect(liftOf(byQuery([...head, ...rare(0)]), 2)).toBe(1);
  });

  it('is null without a tail', () => {
    expect(liftOf([head])).toBeNull();
    expect(liftOf([])).toBeNull();
  });
});

it('means are over the queries that have something relevant', () => {
  const rows = [...query([1, 0], [2, 1], 'a'), ...query([0, 0], [2, 1], 'b'), ...query([0, 1], [2, 1], 'c')];
  const { ndcg: n, map } = rankingMetrics(byQuery(rows), 2);
  expect(n).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
  expect(map).toBeCloseTo((1 + 0.5) / 2, 12);
});
