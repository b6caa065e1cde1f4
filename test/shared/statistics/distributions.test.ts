import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chiSquareTail,
  gammaQ,
  kolmogorovTail,
  logGamma,
  normalTails,
} from '../../../lambdas/shared/statistics/distributions.ts';

// Independent values: SciPy 1.17 (gammaln, gammaincc, kolmogorov).
it.each([
  [0.5, 0.5723649429247001],
  [3.3, 0.98709858],
  [100, 359.1342053695754],
])('ln Γ(%d) is %d', (x, expected) => {
  expect(logGamma(x)).toBeCloseTo(expected, 7);
});

it.each([
  [2.5, 3.7, 0.1925504330793957],
  [50, 60, 0.08440668109369177],
])('Q(%d, %d) is %d', (a, x, expected) => {
  expect(gammaQ(a, x)).toBeCloseTo(expected, 12);
});

it.each([
  [0.5, 0.96394524],
  [1, 0.26999967],
  [1.5, 0.02221796],
  [1.3581, 0.05], // Smirnov's table (1948): the 5 % and 1 % points
  [1.6276, 0.01],
])('Kolmogorov’s tail at %d is %d', (lambda, expected) => {
  expect(kolmogorovTail(lambda)).toBeCloseTo(expected, 5);
});

describe('the tails of tables', () => {
  it.each([
    [3.841, 1],
    [18.307, 10],
    [43.773, 30],
  ])('χ² %d with %d degrees of freedom is the 5 %% point', (x, degrees) => {
    expect(chiSquareTail(x, degrees)).toBeCloseTo(0.05, 4);
  });

  it('1.96 is the 5 % point of the normal distribution on both sides', () => {
    expect(normalTails(-1.959963984540054)).toBeCloseTo(0.05, 12);
  });
});

it('tails fall from 1 to 0', () => {
  const x = fc.double({ min: 0, max: 60, noNaN: true });
  fc.assert(
    fc.property(x, x, fc.integer({ min: 1, max: 40 }), (a, b, degrees) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      for (const tail of [(v: number) => chiSquareTail(v, degrees), kolmogorovTail]) {
        expect(tail(high)).toBeLessThanOrEqual(tail(low) + 1e-12);
        expect(tail(high)).toBeGreaterThanOrEqual(0);
        expect(tail(low)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
