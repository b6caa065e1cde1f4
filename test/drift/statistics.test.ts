import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveAuc } from '../../lambdas/drift/auc.ts';
import {
  countBins,
  decileEdges,
  justBelow,
  numericBaseline,
} from '../../lambdas/shared/statistics/numeric-baseline.ts';
import { binOf, categoricalPsi, EPSILON, psi } from '../../lambdas/shared/statistics/psi.ts';

const histogram = fc
  .array(fc.nat(10_000), { minLength: 2, maxLength: 12 })
  .filter((h) => h.some((n) => n > 0));

describe('PSI', () => {
  it('is 0 for equal shares, whatever the totals', () => {
    fc.assert(
      fc.property(histogram, fc.integer({ min: 1, max: 9 }), (h, k) => {
        expect(
          psi(
            h,
            h.map((n) => n * k),
          ),
        ).toBeCloseTo(0, 12);
      }),
    );
  });

  it('is not negative and does not change when both sides are exchanged', () => {
    fc.assert(
      fc.property(histogram, fc.infiniteStream(fc.nat(10_000)), (h, stream) => {
        const other = h.map(() => stream.next().value as number);
        fc.pre(other.some((n) => n > 0));
        expect(psi(h, other)!).toBeGreaterThanOrEqual(0);
        expect(psi(h, other)).toBeCloseTo(psi(other, h)!, 9);
      }),
    );
  });

  it('has the value that its formula gives by hand', () => {
    // shares .5/.5 against .8/.2: .3·ln(1.6) + (−.3)·ln(.4) = .1410 + .2749
    expect(psi([50, 50], [80, 20])).toBeCloseTo(0.4159, 4);
  });

  it('counts an empty bin as epsilon and not as infinity', () => {
    expect(psi([1, 1], [2, 0])).toBeCloseTo(0.5 * Math.log(2) + (EPSILON - 0.5) * Math.log(EPSILON / 0.5), 9);
  });

  it('says nothing when one side has no values', () => {
    expect(psi([0, 0], [1, 1])).toBeNull();
    expect(psi([1, 1], [0, 0])).toBeNull();
  });

  it('sees a new category that takes over', () => {
    const baseline = { counts: { a: 500, b: 500 }, unseen: 0 };
    const same = {
      counts: new Map([
        ['a', 250],
        ['b', 250],
      ]),
      unseen: 0,
    };
    const moved = {
      counts: new Map([
        ['a', 200],
        ['b', 200],
      ]),
      unseen: 100,
    };
    expect(categoricalPsi(baseline, same)).toBeCloseTo(0, 9);
    expect(categoricalPsi(baseline, moved)!).toBeGreaterThan(0.2);
  });

  it('does not take the noise of many rare categories for drift', () => {
    const counts = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`c${i}`, i === 0 ? 94_100 : 100]),
    );
    // 300 rows, of which 18 fall on 18 of the 59 rare categories: what one expects
    const window = new Map([['c0', 282], ...Array.from({ length: 18 }, (_, i) => [`c${i + 1}`, 1] as const)]);
    expect(categoricalPsi({ counts, unseen: 0 }, { counts: window, unseen: 0 })!).toBeLessThan(0.01);
  });
});

describe('bins', () => {
  it('put every value between the edges that enclose it, right-closed', () => {
    const edges = fc.uniqueArray(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 10 });
    fc.assert(
      fc.property(edges, fc.float({ noNaN: true, noDefaultInfinity: true }), (unsorted, v) => {
        const e = [...unsorted].sort((a, b) => a - b);
        const bin = binOf(e, v);
        expect(bin === 0 || e[bin - 1]! < v).toBe(true);
        expect(bin === e.length || v <= e[bin]!).toBe(true);
      }),
    );
  });

  it('of the baseline count the same as bins of the window do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const sorted = Float32Array.from(values).sort();
          const edges = decileEdges(sorted);
          const counts = new Array(edges.length + 1).fill(0);
          for (const v of sorted) counts[binOf(edges, v)]++;
          expect(countBins(sorted, edges)).toEqual(counts);
        },
      ),
    );
  });

  it('hold a tenth each for a million different values', () => {
    const b = numericBaseline(Float32Array.from({ length: 1000 }, (_, i) => i));
    expect(b.edges).toHaveLength(9);
    expect(b.counts).toEqual(new Array(10).fill(100));
    expect([b.min, b.max, b.nulls]).toEqual([0, 999, 0]);
  });

  it('of a constant feature are left in both directions', () => {
    const { edges, counts } = numericBaseline(new Float32Array(100).fill(3));
    expect(edges).toEqual([justBelow(3), 3]);
    const at = (v: number) => counts.map((_, i) => (i === binOf(edges, Math.fround(v)) ? 100 : 0));
    expect(psi(counts, at(3))).toBeCloseTo(0, 9);
    expect(psi(counts, at(2))!).toBeGreaterThan(1);
    expect(psi(counts, at(4))!).toBeGreaterThan(1);
  });

  it('of a feature that mostly sits at its minimum are left downwards', () => {
    const { edges, counts } = numericBaseline(
      Float32Array.from({ length: 100 }, (_, i) => Math.max(0, i - 60)),
    );
    const moved = counts.map((_, i) => (i === binOf(edges, -1) ? 100 : 0));
    expect(psi(counts, moved)!).toBeGreaterThan(1);
  });

  it('ignore missing values and count them', () => {
    const b = numericBaseline(Float32Array.from([Number.NaN, 2, Number.NaN, 1]));
    expect([b.nulls, b.min, b.max]).toEqual([2, 1, 2]);
    expect(numericBaseline(Float32Array.from([Number.NaN]))).toMatchObject({
      edges: [],
      counts: [0],
      min: null,
    });
  });
});

describe('live AUC', () => {
  const pair = fc.record({
    score: fc.integer({ min: 0, max: 20 }),
    label: fc.constantFrom(0 as const, 1 as const),
  });

  it('is the share of pairs in the right order, a tie counting one half', () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 60 }), (joined) => {
        const positives = joined.filter((j) => j.label === 1);
        const negatives = joined.filter((j) => j.label === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let right = 0;
        for (const p of positives)
          for (const n of negatives) right += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0;
        expect(liveAuc(joined).value).toBeCloseTo(right / (positives.length * negatives.length), 12);
      }),
    );
  });

  it('is null with a reason when there is one class only, or nothing', () => {
    expect(liveAuc([])).toMatchObject({ value: null, reason: 'no outcome has arrived yet' });
    expect(liveAuc([{ score: 1, label: 0 }])).toMatchObject({ value: null, reason: 'all 1 outcomes are 0' });
  });
});
