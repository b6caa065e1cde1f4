import { describe, expect, it } from 'vitest';
import { evaluateMath, type Points, type Value } from '../../../local/cloud/services/monitoring/math.ts';
import { parseMath } from '../../../local/cloud/services/monitoring/math-parser.ts';

const series: Record<string, Points> = {
  m1: [1, 2, undefined, 4],
  m2: [10, 0, 30, undefined],
};
const run = (source: string): Value =>
  evaluateMath(parseMath(source), {
    length: 4,
    period: 60,
    resolve: (id) => ({ kind: 'series', points: series[id]! }),
    metrics: (prefix) =>
      Object.keys(series)
        .filter((k) => k.startsWith(prefix))
        .map((k) => series[k]!),
  });
const points = (source: string) => {
  const value = run(source);
  return value.kind === 'series' ? value.points : value;
};
const _ = undefined;

describe('metric math', () => {
  it('gives a point only where both operands have one', () => {
    expect(points('m1 + m2')).toEqual([11, 2, _, _]);
  });
  it('gives no point for a division by zero', () => {
    expect(points('m1 / m2')).toEqual([0.1, _, _, _]);
  });
  it('binds powers before products before sums before comparisons before logic', () => {
    expect(run('1 + 2 * 3 ^ 2 == 19 AND 2 > 1')).toEqual({ kind: 'scalar', value: 1 });
    expect(run('(1 + 2) * -3')).toEqual({ kind: 'scalar', value: -9 });
  });
  it('fills missing points with a number, a series or the point before', () => {
    expect(points('FILL(m1, 0)')).toEqual([1, 2, 0, 4]);
    expect(points('FILL(m1, m2)')).toEqual([1, 2, 30, 4]);
    expect(points('FILL(m1, REPEAT)')).toEqual([1, 2, 2, 4]);
  });
  it('chooses point by point with IF, and has none where the condition has none', () => {
    expect(points('IF(m1 > 1, m1, 0)')).toEqual([0, 2, _, 4]);
    expect(points('IF(FILL(m2, 0) >= 10, 100 * m1 / m2)')).toEqual([10, _, _, _]);
  });
  it('reduces one series to a number and several to a series', () => {
    expect(run('SUM(m1)')).toEqual({ kind: 'scalar', value: 7 });
    expect(points('SUM([m1, m2])')).toEqual([11, 2, 30, 4]);
    expect(points('MAX(METRICS())')).toEqual([10, 2, 30, 4]);
    expect(points('AVG(METRICS("m1"))')).toEqual([1, 2, _, 4]);
  });
  it('names a function that it does not have', () => {
    expect(() => run('ANOMALY_DETECTION_BAND(m1, 2)')).toThrow('ANOMALY_DETECTION_BAND is not implemented');
  });
  it('names what it cannot read', () => {
    expect(() => parseMath('m1 +')).toThrow("metric math 'm1 +': unexpected 'the end'");
  });
});
