import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rocAuc } from '../../../lambdas/shared/statistics/auc.ts';
import { bootstrap, paired } from '../../../lambdas/shared/statistics/bootstrap.ts';
import { aucDifference } from '../../../lambdas/shared/statistics/delong.ts';
import { seededBits, seedOf } from '../../../lambdas/shared/statistics/random.ts';

const Y = Uint8Array.of(0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1);
const A = Float64Array.of(0.1, 0.4, 0.35, 0.8, 0.2, 0.9, 0.4, 0.7, 0.55, 0.3, 0.6, 0.4);
const B = Float64Array.of(0.3, 0.2, 0.5, 0.6, 0.1, 0.7, 0.45, 0.4, 0.9, 0.35, 0.8, 0.2);

describe('the difference of two AUCs', () => {
  it('has DeLong’s variance, computed elsewhere pair by pair with NumPy’s covariances', () => {
    const d = aucDifference(Y, A, B);
    expect(d.value).toBeCloseTo(0.09722222222222232, 12);
    expect(d.low).toBeCloseTo(-0.1722590769568817, 10);
    expect(d.high).toBeCloseTo(0.36670352140132634, 10);
    expect(d.p).toBeCloseTo(0.47950012218695304, 10);
  });

  const rows = fc
    .array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 2,
      maxLength: 50,
    })
    .filter((r) => r.some((x) => x[0]) && r.some((x) => !x[0]));
  const parts = (r: readonly (readonly [boolean, number, number])[]) => ({
    y: Uint8Array.from(r, (x) => Number(x[0])),
    a: Float64Array.from(r, (x) => x[1]),
    b: Float64Array.from(r, (x) => x[2]),
  });

  it('is that of the AUCs, and turns its sign when the models change places', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const { y, a, b } = parts(r);
        const [ab, ba] = [aucDifference(y, a, b), aucDifference(y, b, a)];
        expect(ab.value).toBeCloseTo(rocAuc(y, a).value! - rocAuc(y, b).value!, 12);
        expect(ab.value! + ba.value!).toBeCloseTo(0, 12);
        if (ab.low !== null) expect(ab.low + ba.high!).toBeCloseTo(0, 12);
      }),
    );
  });

  it('is nothing, with certainty, between a model and itself', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const { y, a } = parts(r);
        const d = aucDifference(y, a, a);
        expect(d.value).toBe(0);
        if (d.low !== null) expect([d.low, d.high, d.p]).toEqual([0, 0, 1]);
      }),
    );
  });

  it('is not defined with one class, and says so', () => {
    expect(aucDifference(Uint8Array.of(1, 1), A.subarray(0, 2), B.subarray(0, 2))).toMatchObject({
      value: null,
      low: null,
      p: null,
      reason: '2 positive and 0 negative rows: the AUC needs both',
    });
  });
});

describe('the bootstrap', () => {
  /** Weighted mean of `x`. */
  const meanOf = (x: readonly number[]) => (w: Uint16Array) => {
    let [sum, n] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      sum += w[i]! * x[i]!;
      n += w[i]!;
    }
    return { mean: sum / n };
  };
  const bits = seededBits(7);
  const sample = Array.from({ length: 400 }, () => bits() / 2 ** 32);

  it('gives the mean of 400 uniform numbers the interval that theory gives it', () => {
    const interval = bootstrap(400, meanOf(sample), { seed: 1, resamples: 4000 })['mean']!;
    const mean = sample.reduce((a, v) => a + v, 0) / 400;
    const error = Math.sqrt(sample.reduce((a, v) => a + (v - mean) ** 2, 0)) / 400;
    expect(interval.low).toBeCloseTo(mean - 1.96 * error, 2);
    expect(interval.high).toBeCloseTo(mean + 1.96 * error, 2);
  });

  it('draws the same with the same seed, and otherwise with another', () => {
    const run = (seed: number) => bootstrap(400, meanOf(sample), { seed });
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('pairs two models: what is certain of the difference is certain, however noisy each is', () => {
    const better = meanOf(sample.map((v) => v + 0.01));
    const result = bootstrap(400, paired(better, meanOf(sample)), { seed: 5 });
    expect(result['difference.mean']!.low).toBeCloseTo(0.01, 10);
    expect(result['difference.mean']!.high).toBeCloseTo(0.01, 10);
    expect(result['a.mean']!.high! - result['a.mean']!.low!).toBeGreaterThan(0.03);
  });

  it('has no interval of what is not defined in every twentieth resample, nor of no rows', () => {
    const sometimes = (w: Uint16Array) => ({ first: w[0]! > 0 ? w[0]! : null });
    expect(bootstrap(10, sometimes, { seed: 1 })['first']).toEqual({ low: null, high: null });
    expect(bootstrap(0, meanOf([]), { seed: 1 })).toEqual({});
  });

  it('covers the truth in about 95 of 100 samples', () => {
    let covered = 0;
    for (let s = 0; s < 200; s++) {
      const next = seededBits(1000 + s);
      const x = Array.from({ length: 80 }, () => next() / 2 ** 32);
      const { low, high } = bootstrap(80, meanOf(x), { seed: s, resamples: 400 })['mean']!;
      if (low! <= 0.5 && high! >= 0.5) covered++;
    }
    expect(covered).toBeGreaterThan(178);
    expect(covered).toBeLessThan(200);
  });
});

it('seeds from names are whole numbers that differ', () => {
  expect(seedOf('golden')).not.toBe(seedOf('validation'));
  expect(Number.isInteger(seedOf('golden'))).toBe(true);
});
