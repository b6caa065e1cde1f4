import { describe, expect, it } from 'vitest';
import { psiOf, shiftShares } from '../../../local/traffic/fraud/campaign.ts';
import { createFraudWorld } from '../../../local/traffic/fraud/world.ts';
import { DAY, HOUR } from '../../../local/traffic/types.ts';

const start = Date.UTC(2026, 10, 2);
const cells = (body: string): string[][] =>
  body
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
const column = (body: string, name: string): string[] => {
  const at = body.slice(0, body.indexOf('\n')).split(',').indexOf(name);
  return cells(body).map((row) => row[at]!);
};
const shares = (values: readonly string[], names: readonly string[]): number[] =>
  names.map((n) => values.filter((v) => v === n).length / values.length);

describe('the world of card payments', () => {
  it('is the same for the same seed, however often it is asked, and another for another seed', () => {
    const a = createFraudWorld({ seed: 3, start });
    const b = createFraudWorld({ seed: 3, start });
    b.partition(start);
    expect(b.events(start, start + HOUR)).toEqual(a.events(start, start + HOUR));
    expect(b.partition(start - DAY)).toEqual(a.partition(start - DAY));
    expect(createFraudWorld({ seed: 4, start }).partition(start).body).not.toBe(a.partition(start).body);
  });

  it('gives the same events whether a stretch is asked whole or in parts', () => {
    const world = createFraudWorld({ seed: 3, start });
    const middle = start + HOUR + 90_500;
    const parts = [...world.events(start, middle), ...world.events(middle, start + 3 * HOUR)];
    expect(parts).toEqual(world.events(start, start + 3 * HOUR));
  });

  it('holds 2 % fraud', () => {
    const world = createFraudWorld({ seed: 5, start, rowsPerDay: 5000 });
    const labels = Array.from({ length: 10 }, (_, i) =>
      column(world.partition(start + i * DAY).body, 'is_fraud'),
    ).flat();
    const rate = labels.filter((l) => l === '1').length / labels.length;
    // Three standard errors at 50,000 rows are 0.2 percentage points.
    expect(Math.abs(rate - 0.02)).toBeLessThan(0.002);
  });

  it('is busier at noon than at night and on Fridays than on Sundays', () => {
    const world = createFraudWorld({ seed: 5, start, requestsPerHour: () => 400 });
    const count = (from: number, to: number) => world.events(from, to).length;
    expect(count(start + 11 * HOUR, start + 13 * HOUR)).toBeGreaterThan(
      4 * count(start + 2 * HOUR, start + 4 * HOUR),
    );
    expect(count(start + 4 * DAY, start + 5 * DAY)).toBeGreaterThan(count(start + 6 * DAY, start + 7 * DAY));
  });

  it('knows outcomes hours to days after the payment', () => {
    const world = createFraudWorld({ seed: 5, start, requestsPerHour: () => 400 });
    for (const e of world.events(start, start + DAY)) {
      expect(e.outcomeAt - e.at).toBeGreaterThanOrEqual(3 * HOUR);
      expect(e.outcomeAt - e.at).toBeLessThanOrEqual(27 * HOUR);
    }
  });
});

describe('a campaign', () => {
  it('shifts the merchant categories by the PSI it was given', () => {
    const from = start + DAY;
    const world = createFraudWorld({
      seed: 6,
      start,
      rowsPerDay: 20_000,
      campaigns: [{ kind: 'shift', categories: ['travel', 'gaming'], psi: 0.3, from }],
    });
    const before = column(world.partition(start).body, 'merchant_category');
    const after = column(world.partition(from).body, 'merchant_category');
    const names = [...new Set(before)];
    expect(psiOf(shares(before, names), shares(after, names))).toBeCloseTo(0.3, 1);
  });

  it('finds the shares for any wanted PSI', () => {
    const p = [0.5, 0.3, 0.2];
    for (const target of [0.05, 0.3, 1])
      expect(psiOf(p, shiftShares(p, [false, false, true], target))).toBeCloseTo(target, 6);
  });

  it('of a broken pipeline nulls one column, in raw data and in requests, from its start to its end', () => {
    const campaigns = [{ kind: 'null' as const, column: 'distance_km', from: start, to: start + DAY }];
    const world = createFraudWorld({ seed: 6, start, campaigns });
    expect(new Set(column(world.partition(start).body, 'distance_km'))).toEqual(new Set(['']));
    expect(column(world.partition(start + DAY).body, 'distance_km')).not.toContain('');
    expect(world.events(start, start + HOUR).every((e) => e.features['distance_km'] === null)).toBe(true);
  });

  it('of another concept makes other payments fraud', () => {
    const calm = createFraudWorld({ seed: 6, start, rowsPerDay: 20_000 });
    const changed = createFraudWorld({
      seed: 6,
      start,
      rowsPerDay: 20_000,
      campaigns: [{ kind: 'concept', strength: 0.8, from: start }],
    });
    const share = (body: string): number => {
      const channel = column(body, 'channel');
      const fraud = column(body, 'is_fraud');
      const all = fraud.flatMap((f, i) => (f === '1' ? [channel[i]] : []));
      return all.filter((c) => c === 'contactless').length / all.length;
    };
    expect(share(changed.partition(start).body)).toBeGreaterThan(share(calm.partition(start).body) + 0.2);
  });
});
