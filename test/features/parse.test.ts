import { expect, it } from 'vitest';
import { defineModel, type ModelDefinitionInput } from '../../contracts/model-definition.ts';
import { compileSpec, parseRecord } from '../../lambdas/shared/features/parse.ts';
import fraudFeatures from '../../models/fraud/features.ts';
import fraud from '../../models/fraud/model.ts';

const model = (features: ModelDefinitionInput['features'], more: Partial<ModelDefinitionInput> = {}) =>
  defineModel({
    name: 'demo',
    description: 'demo',
    task: 'binary',
    entity: 'id',
    eventTime: 'at',
    label: { column: 'y' },
    features,
    ...more,
  });
const spec = compileSpec(
  model(
    [
      { name: 'n', kind: 'numeric', min: 0, max: 10 },
      { name: 'd', kind: 'numeric', onNull: { default: 7 } },
      { name: 'c', kind: 'categorical' },
      { name: 'must', kind: 'categorical', onNull: 'reject' },
    ],
    { data: { nullValues: ['unknown'] } },
  ),
  {},
);
const good = { n: 1, d: 2, c: 'a', must: 'b' };
const parse = (over: Record<string, unknown>) => parseRecord(spec, { ...good, ...over });
const issues = (over: Record<string, unknown>) => {
  const result = parse(over);
  return result.ok ? [] : result.issues.map((i) => `${i.field}: ${i.reason}`);
};

it('text numbers, trimmed text, booleans and big integers are what they stand for', () => {
  expect(parse({ n: ' 1.5e0 ', d: true, c: '  x ', must: 12n })).toEqual({
    ok: true,
    row: { n: 1.5, d: 1, c: 'x', must: '12' },
    degraded: false,
  });
});

it.each([
  ['null', null],
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['the empty text', ''],
  ['blank text', '  '],
  ['a null text', 'unknown'],
])(
  '%s is missing: it stays null, takes the default, or rejects the row, as the feature says',
  (_what, value) => {
    expect(parse({ n: value, d: value, c: value })).toEqual({
      ok: true,
      row: { n: null, d: 7, c: null, must: 'b' },
      degraded: true,
    });
    expect(issues({ must: value })).toEqual(['must: missing']);
  },
);

it('a missing value without a default does not degrade the row', () => {
  expect(parse({ n: null })).toMatchObject({ ok: true, degraded: false });
});

it.each([
  ['out of range', 10.001, 'n: out of range'],
  ['out of range as text', '-1', 'n: out of range'],
  ['infinite', Number.NEGATIVE_INFINITY, 'n: not finite'],
  ['text that overflows', '1e999', 'n: not finite'],
  ['words', 'ten', 'n: not a number'],
  ['hexadecimal', '0x1', 'n: not a number'],
  ['an object', { a: 1 }, 'n: not a number'],
])('a number that is %s is an issue that names field and reason', (_what, value, issue) => {
  expect(issues({ n: value })).toEqual([issue]);
});

it('a category that is no text or too long is an issue', () => {
  expect(issues({ c: ['a'] })).toEqual(['c: not a category']);
  expect(issues({ c: 'x'.repeat(257) })).toEqual(['c: too long']);
  expect(issues({ c: Number.POSITIVE_INFINITY })).toEqual(['c: not a category']);
});

it('every issue of a record is told, with what was expected and what came', () => {
  const result = parse({ n: 11, must: null });
  expect(result).toEqual({
    ok: false,
    issues: [
      { field: 'n', reason: 'out of range', expected: 'a finite number from 0 up to 10', got: '11' },
      { field: 'must', reason: 'missing', expected: 'text', got: 'null' },
    ],
  });
});

it('minus zero is zero, so that equal rows have equal bytes', () => {
  const result = parse({ n: -0, c: -0 });
  expect(result.ok && Object.is(result.row['n'], 0)).toBe(true);
  expect(result.ok && result.row['c']).toBe('0');
});

it('on-demand features are computed from the raw record and checked like any other value', () => {
  const raw = {
    amount: '50',
    card_avg_amount: 25,
    event_time: '2026-11-18T13:00:00Z',
    merchant_category: 'food',
  };
  const result = parseRecord(compileSpec(fraud, fraudFeatures), raw);
  expect(result).toMatchObject({ ok: true, row: { amount_ratio: 2, hour: 13 } });
});

it('an on-demand feature that throws makes the record invalid and names the feature', () => {
  const definition = model([{ name: 'f', kind: 'numeric', onDemand: true }]);
  const throwing = compileSpec(definition, {
    f: () => {
      throw new Error('no');
    },
  });
  expect(parseRecord(throwing, {})).toMatchObject({
    ok: false,
    issues: [{ field: 'f', reason: 'not computable' }],
  });
});

it('a spec whose on-demand function is missing does not compile and names it', () => {
  expect(() => compileSpec(fraud, {})).toThrow(/'amount_ratio'/);
});

it('a default of the wrong kind or range does not compile and names the feature', () => {
  const bad = (onNull: { default: string | number }) => () =>
    compileSpec(model([{ name: 'n', kind: 'numeric', max: 5, onNull }]), {});
  expect(bad({ default: 'x' })).toThrow(/'n'.*"x"/);
  expect(bad({ default: 6 })).toThrow(/'n'.*6/);
});

it('the columns of a spec are its own features and the inputs, not what is computed', () => {
  const { columns, knows } = compileSpec(fraud, fraudFeatures);
  expect(columns).toContain('event_time');
  expect(columns).not.toContain('hour');
  expect(knows('amount')).toBe(true);
  expect(knows('colour')).toBe(false);
});
