import { expect, it } from 'vitest';
import { createRandom } from '../../../local/cloud/random.ts';
import { drawLatency } from '../../../local/cloud/services/lambda/latency.ts';

it('latency is the same for the same seed, about 3 ms in the middle and seldom above 10', () => {
  const draw = (seed: number): number[] => {
    const random = createRandom(seed, 'latency');
    return Array.from({ length: 2000 }, () => drawLatency(random));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  const sorted = draw(1).toSorted((a, b) => a - b);
  expect(sorted[1000]).toBeGreaterThan(2.7);
  expect(sorted[1000]).toBeLessThan(3.3);
  expect(sorted[1979]).toBeLessThan(10);
});
