import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../local/cloud/random.ts';

const many = (n: number, seed: number, stream?: string) => {
  const random = createRandom(seed, stream);
  return Array.from({ length: n }, () => random.next());
};

describe('seeded chance', () => {
  it('is the same for the same seed and stream, and another for another', () => {
    expect(many(5, 1, 'a')).toEqual(many(5, 1, 'a'));
    expect(many(5, 1, 'a')).not.toEqual(many(5, 1, 'b'));
    expect(many(5, 1)).not.toEqual(many(5, 2));
  });

  it('is uniform over [0, 1)', () => {
    const values = many(100_000, 42);
    expect(values.every((v) => v >= 0 && v < 1)).toBe(true);
    const bins = Array.from({ length: 10 }, () => 0);
    for (const v of values) bins[Math.floor(v * 10)]!++;
    // Chi-squared with 9 degrees of freedom: 27.9 is its 0.999 quantile.
    const chi2 = bins.reduce((s, n) => s + (n - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(27.9);
  });

  it('does not correlate streams of near seeds', () => {
    const [a, b] = [many(20_000, 1), many(20_000, 2)];
    const covariance = a.reduce((s, v, i) => s + (v - 0.5) * (b[i]! - 0.5), 0) / a.length;
    // Standard error of the correlation is 1 / sqrt(n) = 0.007; the variance of a uniform is 1/12.
    expect(Math.abs(covariance * 12)).toBeLessThan(0.03);
  });

  it('makes UUIDs of version 4', () => {
    expect(createRandom(3).uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(createRandom(3).hex(13)).toMatch(/^[0-9a-f]{13}$/);
  });
});
