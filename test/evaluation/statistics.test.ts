import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIP, prepareBinary } from '../../lambdas/evaluation/metrics/binary.ts';
import { chooseSmokeRows } from '../../lambdas/evaluation/smoke-rows.ts';
import { midranks, rocAuc } from '../../lambdas/shared/statistics/auc.ts';
import { numericBaseline } from '../../lambdas/shared/statistics/numeric-baseline.ts';

/** Rows with many ties: scores are multiples of 1/16, which negation and scaling by 2 keep exact. */
const rows = fc.array(fc.record({ y: fc.integer({ min: 0, max: 1 }), s: fc.integer({ min: 0, max: 16 }) }), {
  minLength: 1,
  maxLength: 60,
});
const bothClasses = rows.filter((r) => r.some((x) => x.y === 1) && r.some((x) => x.y === 0));
const labelsOf = (r: readonly { y: number }[]) => Uint8Array.from(r, (x) => x.y);
const scoresOf = (r: readonly { s: number }[], f = (s: number) => s / 16) =>
  Float64Array.from(r, (x) => f(x.s));

/** The definition itself: the share of pairs in which the positive has the higher score, ties one half. */
function pairwise(r: readonly { y: number; s: number }[]): number {
  let [won, pairs] = [0, 0];
  for (const a of r.filter((x) => x.y === 1))
    for (const b of r.filter((x) => x.y === 0)) {
      won += a.s > b.s ? 1 : a.s === b.s ? 0.5 : 0;
      pairs++;
    }
  return won / pairs;
}

describe('the area under the ROC curve', () => {
  it('is the share of pairs that are in order, ties counting one half', () => {
    fc.assert(
      fc.property(bothClasses, (r) => {
        expect(rocAuc(labelsOf(r), scoresOf(r)).value).toBeCloseTo(pairwise(r), 12);
      }),
    );
  });

  it('turns into its complement when scores are negated', () => {
    fc.assert(
      fc.property(bothClasses, (r) => {
        const auc = rocAuc(labelsOf(r), scoresOf(r)).value!;
        expect(
          rocAuc(
            labelsOf(r),
            scoresOf(r, (s) => -s / 16),
          ).value,
        ).toBeCloseTo(1 - auc, 12);
      }),
    );
  });

  it('does not change under a rising transformation', () => {
    fc.assert(
      fc.property(bothClasses, (r) => {
        const raised = rocAuc(
          labelsOf(r),
          scoresOf(r, (s) => Math.exp(s / 4)),
        );
        expect(raised.value).toBe(rocAuc(labelsOf(r), scoresOf(r)).value);
      }),
    );
  });

  it('lies within its own confidence interval', () => {
    fc.assert(
      fc.property(bothClasses, (r) => {
        const { value, low, high } = rocAuc(labelsOf(r), scoresOf(r));
        if (low === null || high === null) return;
        expect(low).toBeLessThanOrEqual(value! + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value! - 1e-12);
      }),
    );
  });

  it('has the variance of the placement values computed pair by pair', () => {
    const r = [
      { y: 1, s: 9 },
      { y: 0, s: 3 },
      { y: 1, s: 5 },
      { y: 0, s: 5 },
      { y: 1, s: 2 },
      { y: 0, s: 1 },
      { y: 0, s: 7 },
    ];
    // V10 = [1, 2.5/4, 1/4], V01 = [2/3, 1/2, 1, 1/3]; AUC = 7.5/12
    const s10 = ((1 - 0.625) ** 2 + 0 + (0.25 - 0.625) ** 2) / 2;
    const s01 =
      ([2 / 3, 0.5, 1, 1 / 3].map((v) => (v - 0.625) ** 2).reduce((a, v) => a + v, 0) as number) / 3;
    const half = 1.959963984540054 * Math.sqrt(s10 / 3 + s01 / 4);
    const { value, low, high } = rocAuc(labelsOf(r), scoresOf(r));
    expect(value).toBeCloseTo(0.625, 12);
    expect(low).toBeCloseTo(Math.max(0, 0.625 - half), 12);
    expect(high).toBeCloseTo(Math.min(1, 0.625 + half), 12);
  });

  it('is not defined for one class, and says so', () => {
    expect(rocAuc(Uint8Array.of(1, 1), Float64Array.of(0.1, 0.2))).toEqual({
      value: null,
      low: null,
      high: null,
      reason: 'all 2 rows are of class 1',
    });
    expect(rocAuc(new Uint8Array(), new Float64Array()).reason).toBe('there are no rows');
  });

  it('gives tied values the mean of their ranks', () => {
    expect([...midranks(Float64Array.of(5, 1, 5, 3))]).toEqual([3.5, 1, 3.5, 2]);
  });
});

describe('log loss and Brier score', () => {
  const logLoss = (labels: Uint8Array, scores: Float64Array) => prepareBinary(labels, scores, 0.5)().logLoss;
  const brier = (labels: Uint8Array, scores: Float64Array) => prepareBinary(labels, scores, 0.5)().brier;

  it('know a coin toss', () => {
    const [labels, half] = [Uint8Array.of(0, 1), Float64Array.of(0.5, 0.5)];
    expect(logLoss(labels, half)).toBeCloseTo(Math.LN2, 12);
    expect(brier(labels, half)).toBe(0.25);
  });

  it('are 0 for certain truth; certain error costs the clipped logarithm', () => {
    const [labels, right, wrong] = [Uint8Array.of(0, 1), Float64Array.of(0, 1), Float64Array.of(1, 0)];
    expect(logLoss(labels, right)).toBeCloseTo(0, 12);
    expect(logLoss(labels, wrong)).toBeCloseTo(-Math.log(CLIP), 1);
    expect([brier(labels, right), brier(labels, wrong)]).toEqual([0, 1]);
  });

  it('are least, among constant scores, at the share of positives', () => {
    fc.assert(
      fc.property(bothClasses, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (r, other) => {
        const labels = labelsOf(r);
        const rate = labels.reduce((a, y) => a + y, 0) / labels.length;
        const constant = (s: number) => new Float64Array(labels.length).fill(s);
        for (const loss of [logLoss, brier])
          expect(loss(labels, constant(rate))!).toBeLessThanOrEqual(loss(labels, constant(other))! + 1e-12);
      }),
    );
  });

  it('are not defined without rows', () => {
    expect([
      logLoss(new Uint8Array(), new Float64Array()),
      brier(new Uint8Array(), new Float64Array()),
    ]).toEqual([null, null]);
  });
});

describe('the score profile', () => {
  it('counts every row in exactly one bin, closed on the right', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const scores = scoresOf(r);
        const { edges, counts, min, max } = numericBaseline(Float32Array.from(scores));
        expect(counts).toHaveLength(edges.length + 1);
        const expected = counts.map(
          (_, i) =>
            [...scores].filter(
              (s) => (i === 0 || s > edges[i - 1]!) && (i === edges.length || s <= edges[i]!),
            ).length,
        );
        expect(counts).toEqual(expected);
        expect(edges).toEqual([...new Set(edges)].sort((a, b) => a - b));
        expect([min, max]).toEqual([Math.min(...scores), Math.max(...scores)]);
      }),
    );
  });

  it('has nine deciles as edges when scores spread', () => {
    const { edges, counts } = numericBaseline(Float32Array.from({ length: 100 }, (_, i) => i + 1));
    expect(edges).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(counts).toEqual(new Array(10).fill(10));
  });

  it.each([0.25, 0, -0.5])('sees a constant score of %d move in either direction', (score) => {
    const { edges, counts } = numericBaseline(new Float32Array(5).fill(score));
    expect(counts).toEqual([0, 5, 0]);
    expect(edges[0]).toBeLessThan(score);
    expect(edges[1]).toBe(score);
  });
});

describe('the choice of smoke rows', () => {
  it('is deterministic, distinct, as many as there can be, and holds both classes', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 30 }), (r, wanted) => {
        const labels = labelsOf(r);
        const chosen = chooseSmokeRows(labels, wanted);
        expect(chosen).toEqual(chooseSmokeRows(labels, wanted));
        expect(new Set(chosen).size).toBe(Math.min(wanted, labels.length));
        if (labels.length >= 2) expect(new Set(chosen.map((i) => labels[i])).size).toBe(new Set(labels).size);
      }),
    );
  });
});
