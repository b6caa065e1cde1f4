import { describe, expect, it } from 'vitest';
import { quantile } from '../../bench/lib/statistics.ts';
import { figuresOf, table } from '../../bench/lib/table.ts';

describe('the table of benches', () => {
  const line = {
    bench: 'x',
    seconds: 16,
    rate: 50,
    note: 'text',
    limits: { seconds: 15 },
    floors: { rate: 40 },
  };

  it('holds each figure to its bound', () => {
    expect(figuresOf(line)).toEqual([
      { bench: 'x', name: 'seconds', value: 16, bound: '≤ 15', met: false },
      { bench: 'x', name: 'rate', value: 50, bound: '≥ 40', met: true },
    ]);
  });

  it('does not accept a bound on something that is not measured', () => {
    expect(() => figuresOf({ bench: 'x', limits: { seconds: 1 } })).toThrow("bounds 'seconds'");
  });

  it('says what is missed', () => {
    expect(table(figuresOf(line)).split('\n')).toEqual([
      'bench  figure   value  bound',
      'x      seconds     16  ≤ 15   MISSED',
      'x      rate        50  ≥ 40   met',
    ]);
  });

  it('takes quantiles by nearest rank', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.5, 0.99, 1].map((q) => quantile(values, q))).toEqual([1, 3, 5, 5]);
  });
});
