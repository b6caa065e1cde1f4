import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centroid, cosineDistance } from '../../../lambdas/drift/statistics/centroid.ts';
import { chiSquareTest } from '../../../lambdas/drift/statistics/chi-square.ts';
import { jensenShannon, klDivergence } from '../../../lambdas/drift/statistics/divergence.ts';
import { benjaminiHochberg } from '../../../lambdas/drift/statistics/false-discovery.ts';
import { binnedKs, ksTest } from '../../../lambdas/drift/statistics/ks.ts';
import { binnedWasserstein, wasserstein } from '../../../lambdas/drift/statistics/wasserstein.ts';

const sample = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 })
  .map((v) => v.sort((a, b) => a - b));
const histograms = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
    minLength: 2,
    maxLength: 8,
  })
  .map((pairs) => [pairs.map((p) => p[0]), pairs.map((p) => p[1])] as const)
  .filter(([a, b]) => a.some((c) => c > 0) && b.some((c) => c > 0));
const share = (v: readonly number[], x: number) => v.filter((y) => y <= x).length / v.length;

describe('Kolmogorov-Smirnov', () => {
  it('steps over ties together: D is 2/3 of these (SciPy 1.17, ks_2samp)', () => {
    expect(ksTest([1, 2, 2, 3, 3], [2, 3, 4, 4, 5, 6]).statistic).toBeCloseTo(2 / 3, 12);
  });

  it('is the largest distance of the two distribution functions, in [0, 1] and symmetric', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const { statistic, p } = ksTest(a, b);
        const largest = Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
        expect(statistic).toBeCloseTo(largest, 12);
        expect(ksTest(b, a).statistic).toBeCloseTo(statistic!, 12);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not change under a rising transformation', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const rise = (v: readonly number[]) => v.map((x) => Math.exp(x / 3));
        expect(ksTest(rise(a), rise(b)).statistic).toBe(ksTest(a, b).statistic);
      }),
    );
  });

  it('says nothing of no values', () => {
    expect(ksTest([], [1])).toEqual({ statistic: null, p: null, reason: 'a sample has no values' });
    expect(binnedKs([0, 0], [1, 2]).reason).toBe('a sample has no values');
  });

  it('on bins claims no more than on values, and the same when each value has its bin', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const bins = (v: readonly number[], width: number) =>
          Array.from({ length: 13 }, (_, i) => v.filter((x) => Math.floor(x / width) === i).length);
        const exact = ksTest(a, b);
        expect(binnedKs(bins(a, 1), bins(b, 1)).statistic).toBeCloseTo(exact.statistic!, 12);
        expect(binnedKs(bins(a, 4), bins(b, 4)).statistic!).toBeLessThanOrEqual(exact.statistic! + 1e-12);
        expect(binnedKs(bins(a, 4), bins(b, 4)).p!).toBeGreaterThanOrEqual(exact.p! - 1e-12);
      }),
    );
  });
});

describe('χ²', () => {
  it('is that of SciPy’s documentation (chi2_contingency): 2.778, p 0.249', () => {
    const { statistic, p } = chiSquareTest([10, 10, 20], [20, 20, 20]);
    expect(statistic).toBeCloseTo(2.7777777777777777, 12);
    expect(p).toBeCloseTo(0.24935220877729622, 10);
  });

  it('leaves out what neither sample has, and needs two bins', () => {
    expect(chiSquareTest([10, 0, 10, 20], [20, 0, 20, 20]).p).toBeCloseTo(0.24935220877729622, 10);
    expect(chiSquareTest([5, 0], [7, 0])).toMatchObject({ p: null, reason: 'both samples lie in one bin' });
    expect(chiSquareTest([0], [1]).reason).toBe('a sample has no values');
    expect(() => chiSquareTest([1], [1, 2])).toThrow('1 and 2 bins');
  });

  it('is never negative, 0 for proportional samples, and symmetric', () => {
    fc.assert(
      fc.property(histograms, ([a, b]) => {
        const { statistic } = chiSquareTest(a, b);
        if (statistic === null) return;
        expect(statistic).toBeGreaterThanOrEqual(0);
        expect(chiSquareTest(b, a).statistic).toBeCloseTo(statistic, 8);
        const same = chiSquareTest(
          a,
          a.map((c) => 3 * c),
        ).statistic;
        if (same !== null) expect(same).toBeCloseTo(0, 10);
      }),
    );
  });
});

describe('divergences', () => {
  it('are those of SciPy: entropy 0.5108, jensenshannon 0.3547 and, with nothing in common, 1', () => {
    expect(klDivergence([1, 1], [9, 1])).toBeCloseTo(0.5108256237659907, 12);
    expect(jensenShannon([1, 2, 3], [3, 2, 1])).toBeCloseTo(0.35470351519813204, 12);
    expect(jensenShannon([1, 0, 0], [0, 1, 0])).toBe(1);
  });

  it('Jensen-Shannon is a symmetric distance in [0, 1]; Kullback-Leibler is never negative', () => {
    fc.assert(
      fc.property(histograms, ([a, b]) => {
        const d = jensenShannon(a, b)!;
        expect(d).toBeGreaterThanOrEqual(0);
        expect(d).toBeLessThanOrEqual(1);
        expect(jensenShannon(b, a)).toBeCloseTo(d, 10);
        expect(jensenShannon(a, a)).toBeCloseTo(0, 6);
        expect(klDivergence(a, b)!).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  it('are infinite or null where they have to be', () => {
    expect(klDivergence([1, 1], [1, 0])).toBe(Number.POSITIVE_INFINITY);
    expect([klDivergence([0], [1]), jensenShannon([1], [0])]).toEqual([null, null]);
  });
});

describe('the Wasserstein distance', () => {
  it('is that of SciPy: 5 in its documentation, 1.583 with ties and unequal sizes', () => {
    expect(wasserstein([0, 1, 3], [5, 6, 8])).toBeCloseTo(5, 12);
    expect(wasserstein([1, 2, 2, 7], [2, 3, 3.5])).toBeCloseTo(1.5833333333333335, 12);
  });

  it('of a sample moved by c is |c|', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: -20, max: 20 }), (a, c) => {
        const moved = a.map((x) => x + c);
        expect(wasserstein(a, moved)).toBeCloseTo(Math.abs(c), 9);
      }),
    );
  });

  it('on bins at the values is that of the values', () => {
    expect(
      binnedWasserstein([1, 1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 5, 6, 8]),
    ).toBeCloseTo(5, 12);
    expect(binnedWasserstein([0, 0], [1, 1], [0, 1])).toBeNull();
    expect(wasserstein([], [1])).toBeNull();
  });
});

describe('the cosine distance of centroids', () => {
  it('knows directions only', () => {
    expect(cosineDistance([1, 2], [2, 4])).toBeCloseTo(0, 12);
    expect(cosineDistance([1, 0], [0, 3])).toBe(1);
    expect(cosineDistance([1, 0], [-3, 0])).toBe(2);
    expect(cosineDistance([0, 0], [1, 0])).toBeNull();
  });

  it('takes the mean of rows', () => {
    expect(
      centroid([
        [1, 2],
        [3, 6],
      ]),
    ).toEqual([2, 4]);
    expect(centroid([])).toBeNull();
  });
});

describe('Benjamini-Hochberg', () => {
  // The worked example of their paper (1995), section 3: four rejections at 5 %; adjusted values by SciPy 1.17.
  const ps = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];

  it('finds the four discoveries of the paper’s example', () => {
    const adjusted = benjaminiHochberg(ps);
    expect(adjusted.filter((p) => p! <= 0.05)).toHaveLength(4);
    const expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765];
    for (const [i, p] of expected.entries()) expect(adjusted[i]).toBeCloseTo(p, 8);
  });

  it('keeps the order, never lowers a p-value, and leaves out what was not tested', () => {
    const list = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 20 });
    fc.assert(
      fc.property(list, (values) => {
        const adjusted = benjaminiHochberg(values);
        values.forEach((p, i) => {
          if (p === null) expect(adjusted[i]).toBeNull();
          else expect(adjusted[i]!).toBeGreaterThanOrEqual(p - 1e-15);
          values.forEach((q, j) => {
            if (p !== null && q !== null && p <= q) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!);
          });
        });
      }),
    );
  });
});
