import { expect, it } from 'vitest';
import { liveAucByMonth, pooledAuc, type Scored } from '../../../local/rehearsal/live-auc.ts';

const month = (m: number, count: number, right: boolean): Scored[] =>
  Array.from({ length: count }, (_, i) => {
    const label = i % 2 === 0 ? (1 as const) : (0 as const);
    return { at: Date.UTC(2009, m, 1) + i * 1000, label, score: (label === 1) === right ? 0.9 : 0.1 };
  });

it('each month with enough of both classes has a point', () => {
  const points = liveAucByMonth([...month(0, 40, true), ...month(1, 10, true), ...month(2, 40, false)]);
  expect(points.map(([, auc]) => auc)).toEqual([1, 0]);
});

it('the pooled AUC is the mean of the months, weighted by rows, and null without any month', () => {
  expect(pooledAuc([...month(0, 90, true), ...month(2, 30, false)])).toBeCloseTo(0.75, 12);
  expect(pooledAuc(month(0, 10, true))).toBeNull();
});
