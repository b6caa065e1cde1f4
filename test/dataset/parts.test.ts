import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLabel } from '../../lambdas/dataset/label.ts';
import { canonicalOrder, splitByTime } from '../../lambdas/dataset/order.ts';
import { splitHeader } from '../../lambdas/dataset/read-csv.ts';
import { createTable, reserve, type Table } from '../../lambdas/dataset/table.ts';
import { freezeVocabulary } from '../../lambdas/dataset/vocabulary.ts';
import { parseEventTime, rollingWindow } from '../../lambdas/dataset/window.ts';
import { sortFloats } from '../../lambdas/shared/statistics/sort-floats.ts';

describe('sorting floats', () => {
  it('gives what the typed array gives itself, NaN last', () => {
    fc.assert(
      fc.property(fc.array(fc.float()), (values) => {
        const array = Float32Array.from(values, (v) => v + 0);
        expect([...sortFloats(array)]).toEqual([...array.slice().sort()]);
      }),
    );
  });

  it('sorts a part of a larger array and leaves it as it was', () => {
    const all = Float32Array.from([9, 3, -1, 2, 8]);
    expect([...sortFloats(all.subarray(1, 4))]).toEqual([-1, 2, 3]);
    expect([...all]).toEqual([9, 3, -1, 2, 8]);
  });

  it('puts a NaN with its sign bit set at the end too', () => {
    const values = new Float32Array(new Uint32Array([0xffc00000, 0x3f800000]).buffer);
    expect([...sortFloats(values)]).toEqual([1, Number.NaN]);
  });
});

describe('event times', () => {
  it.each([
    ['2026-11-18T06:00:00Z', '2026-11-18T06:00:00.000Z'],
    ['2026-11-18 06:00:00', '2026-11-18T06:00:00.000Z'],
    ['2026-11-18T06:00:00.5+02:00', '2026-11-18T04:00:00.500Z'],
    ['2026-11-18T06:00', '2026-11-18T06:00:00.000Z'],
    ['2026-11-18', '2026-11-18T00:00:00.000Z'],
    [1_763_445_600_000, '2025-11-18T06:00:00.000Z'],
    ['1763445600000', '2025-11-18T06:00:00.000Z'],
  ])('%s is %s', (raw, iso) => {
    expect(new Date(parseEventTime(raw)).toISOString()).toBe(iso);
  });

  it.each(['', 'now', '18.11.2026', '2026-13-01', 1.5, Number.NaN, null, {}])('%s is no time', (raw) => {
    expect(parseEventTime(raw)).toBeNaN();
  });

  it('a window begins with a whole day and ends now', () => {
    const { fromMs, toMs } = rollingWindow(new Date('2026-11-18T06:30:00Z'), 2);
    expect(new Date(fromMs).toISOString()).toBe('2026-11-16T00:00:00.000Z');
    expect(new Date(toMs).toISOString()).toBe('2026-11-18T06:30:00.000Z');
  });
});

describe('labels', () => {
  const nulls = new Set(['', 'unknown']);
  it('of a model whose positive is 1 are 0 and 1 in any spelling, and nothing else', () => {
    const label = compileLabel({ column: 'y', positive: 1 }, nulls);
    expect([1, '1', true, 'true', '1.0'].map(label)).toEqual([1, 1, 1, 1, 1]);
    expect([0, '0', false, 'false'].map(label)).toEqual([0, 0, 0, 0]);
    for (const raw of [2, 'yes', '', null, undefined, Number.NaN, {}]) expect(label(raw)).toBeNaN();
  });
  it('of a model with a text for positive are that text, or any other that is not missing', () => {
    const label = compileLabel({ column: 'y', positive: 'yes' }, nulls);
    expect(['yes', ' yes ', 'no', 'maybe'].map(label)).toEqual([1, 1, 0, 0]);
    for (const raw of ['', 'unknown', null]) expect(label(raw)).toBeNaN();
  });
});

describe('the split', () => {
  it('never separates rows of one time, and leaves both parts rows', () => {
    const times = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (unsorted, fraction) => {
        const sorted = Float64Array.from(unsorted).sort();
        const split = splitByTime(sorted, fraction);
        if (!split) {
          expect(new Set(sorted).size).toBe(1);
          return;
        }
        expect(split.at).toBeGreaterThan(0);
        expect(split.at).toBeLessThan(sorted.length);
        expect(sorted[split.at - 1]!).toBeLessThan(split.timeMs);
        expect(sorted[split.at]).toBe(split.timeMs);
      }),
    );
  });
  it('is at the fraction when all times differ', () => {
    expect(
      splitByTime(
        Float64Array.from({ length: 100 }, (_, i) => i),
        0.85,
      )?.at,
    ).toBe(85);
  });
});

const feature = { onDemand: false, read: () => 0, rejectsMissing: false, explain: () => ({}) as never };
function tableOf(
  rows: readonly (readonly [number, number, number, string | null])[],
  shuffle: number,
): Table {
  const table = createTable(
    [
      { ...feature, kind: 'numeric', name: 'n', accept: Number, substitute: Number.NaN },
      { ...feature, kind: 'categorical', name: 'c', accept: String, substitute: null },
    ],
    'float32',
  );
  reserve(table, rows.length);
  const [n, c] = table.columns;
  if (n?.kind !== 'numeric' || c?.kind !== 'categorical') throw new Error('unexpected columns');
  rows.forEach((_, i) => {
    const [time, entity, value, category] = rows[(i * shuffle) % rows.length]!;
    table.time[i] = time;
    table.entity[i] = BigInt(entity) << 30n;
    n.values[i] = value;
    let code = category === null ? -1 : c.categories.indexOf(category);
    if (category !== null && code < 0) code = c.categories.push(category) - 1;
    c.values[i] = code;
  });
  table.size = rows.length;
  return table;
}

it('the canonical order does not depend on the order of reading, and duplicates are dropped', () => {
  const row = fc.tuple(
    fc.nat(2),
    fc.nat(9),
    fc.constantFrom(0, 1.5, Number.NaN),
    fc.constantFrom('a', 'b', null),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 29 }), (some) => {
      // 31 rows: prime, so that every factor shuffles them all
      const rows = Array.from({ length: 31 }, (_, i) => some[i % some.length]!);
      const show = (table: Table) => {
        const { order, duplicates } = canonicalOrder(table);
        const [n, c] = table.columns;
        const text = [...order].map((i) => {
          const category = c?.kind === 'categorical' ? (c.categories[c.values[i]!] ?? null) : null;
          return `${table.time[i]} ${table.entity[i]} ${n?.values[i]} ${category}`;
        });
        return { text, duplicates };
      };
      const first = show(tableOf(rows, 1));
      expect(show(tableOf(rows, 12))).toEqual(first);
      expect(new Set(first.text).size).toBe(first.text.length);
      expect(first.text.length + first.duplicates).toBe(31);
    }),
  );
});

it('a vocabulary is ordered by frequency in the training rows, then by name, and capped', () => {
  const categories = ['x', 'b', 'a', 'late'];
  const values = Int32Array.from([0, 0, 1, 2, -1, 3]);
  expect(freezeVocabulary(values, 5, categories, 2)).toEqual({
    categories: ['x', 'a'],
    counts: [2, 1],
    unseen: 1,
    nulls: 1,
    codeOf: Float32Array.from([0, -1, 1, -1]),
  });
});

it('a header is split with quotes, byte order mark and CRLF understood', () => {
  expect(splitHeader('\ufeff"a;""b";c\r\n1;2', ';')).toEqual(['a;"b', 'c']);
  expect(splitHeader(' \n', ',')).toEqual([]);
});
