import { expect, it } from 'vitest';
import { seeded } from '../../../local/random.ts';
import { drawApplicant, type Turn } from '../../../local/traffic/credit/applicant.ts';
import { createCreditWorld } from '../../../local/traffic/credit/world.ts';

const DAY = Date.UTC(2026, 10, 2);
const draw = (turns: readonly Turn[], rows = 4000) => {
  const u = seeded(5);
  return Array.from({ length: rows }, () => drawApplicant(DAY, turns, u));
};
const rate = (rows: ReturnType<typeof draw>, group: string): number => {
  const of = rows.filter((r) => r.columns['group'] === group);
  return of.reduce((sum, r) => sum + r.repaid, 0) / of.length;
};

it('a day is the same again with the same seed, and another with another', () => {
  const day = (seed: number) => createCreditWorld({ seed, turns: [] }).partition(DAY);
  expect(day(1)).toEqual(day(1));
  expect(day(1).body).not.toBe(day(2).body);
  expect(day(1).rows).toBe(day(1).body.trim().split('\n').length - 1);
});

it('groups repay alike until districts decide', () => {
  expect(Math.abs(rate(draw([]), 'a') - rate(draw([]), 'b'))).toBeLessThan(0.05);
  const turned = draw([{ kind: 'district', from: DAY }]);
  expect(rate(turned, 'a') - rate(turned, 'b')).toBeGreaterThan(0.25);
});

it('a turn of the records changes the labels of its region, and not who applies', () => {
  const [plain, negated] = [draw([]), draw([{ kind: 'mislabelled', region: 'islands', from: DAY }])];
  expect(negated.map((r) => r.columns)).toEqual(plain.map((r) => r.columns));
  plain.forEach((r, i) => {
    const same = r.columns['region'] !== 'islands';
    expect(negated[i]!.repaid === r.repaid).toBe(same);
  });
});

it('the column that leaks is empty before and tells the end afterwards', () => {
  expect(draw([], 50).every((r) => r.columns['collection_calls'] === null)).toBe(true);
  for (const { columns, repaid } of draw([{ kind: 'leak', from: DAY }], 200))
    expect(Number(columns['collection_calls']) > 0).toBe(repaid === 0);
});
