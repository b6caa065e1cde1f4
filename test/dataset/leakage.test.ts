import { describe, expect, it } from 'vitest';
import { datasetInput } from '../../contracts/steps.ts';
import {
  type FeatureColumn,
  featureAuc,
  leakingFeatures,
  splitFailures,
} from '../../lambdas/dataset/leakage.ts';
import { runDataset } from '../../lambdas/dataset/service.ts';
import { seededBits } from '../../lambdas/shared/statistics/random.ts';
import { csvLines, DATES, definition, HEADER, rawKey, world } from './world.ts';

const bits = seededBits(3);
const u = () => bits() / 2 ** 32;
const ROWS = 4000;
const TRAIN = 3000;
const labels = Uint8Array.from({ length: ROWS }, () => (u() < 0.3 ? 1 : 0));
const numeric = (of: (y: number, i: number) => number): FeatureColumn => ({
  name: 'x',
  categorical: false,
  values: Float32Array.from(labels, of),
});
const categorical = (of: (y: number, i: number) => number): FeatureColumn => ({
  ...numeric(of),
  categorical: true,
});

describe('what one feature alone tells of the label', () => {
  it('is nothing for noise, and everything for the label itself, in either direction', () => {
    expect(
      featureAuc(
        labels,
        numeric(() => u()),
        TRAIN,
      )!,
    ).toBeLessThan(0.56);
    expect(
      featureAuc(
        labels,
        numeric((y) => y),
        TRAIN,
      ),
    ).toBe(1);
    expect(
      featureAuc(
        labels,
        numeric((y) => -y),
        TRAIN,
      ),
    ).toBe(1);
  });

  it('is found where it began only lately, and where it lies in what is missing', () => {
    const lately = numeric((y, i) => (i < TRAIN ? u() : y + u() / 2));
    expect(featureAuc(labels, lately, TRAIN)).toBe(1);
    expect(
      featureAuc(
        labels,
        numeric((y) => (y === 1 ? u() : Number.NaN)),
        TRAIN,
      ),
    ).toBe(1);
  });

  it('is judged on other rows than it was learned from: a column of keys tells nothing', () => {
    expect(
      featureAuc(
        labels,
        categorical((_, i) => i),
        TRAIN,
      ),
    ).toBe(0.5);
    expect(
      featureAuc(
        labels,
        categorical((y) => y + 5),
        TRAIN,
      ),
    ).toBe(1);
    expect(
      featureAuc(
        labels,
        categorical(() => Math.floor(u() * 4)),
        TRAIN,
      )!,
    ).toBeLessThan(0.6);
  });

  it('is not said where there are too few rows of a class', () => {
    const few = new Uint8Array(100);
    few[3] = 1;
    expect(featureAuc(few, { name: 'x', categorical: false, values: new Float32Array(100) }, 80)).toBeNull();
  });

  it('stops a dataset from the definition’s bound on, and says which feature', () => {
    const columns = [numeric((y) => y), { ...numeric(() => u()), name: 'noise' }];
    expect(leakingFeatures(definition(), labels, columns, TRAIN)).toEqual([
      'x: leakage: alone it reaches an AUC of 1.000 on the label, from 0.95 on it is taken for the label itself',
    ]);
  });
});

it('a split that does not hold is found out', () => {
  const times = Float64Array.of(1, 2, 5, 3, 6);
  expect(splitFailures(times, { at: 3, timeMs: 5 })).toEqual([
    'leakage: 1 training rows are not earlier than the split',
    'leakage: 1 validation rows are earlier than the split',
  ]);
  expect(splitFailures(Float64Array.of(1, 2, 5, 6), { at: 2, timeMs: 5 })).toEqual([]);
});

describe('a freeze', () => {
  const freeze = async (w: ReturnType<typeof world>) => {
    const ask = (input: object) => runDataset(w.service, datasetInput.safeParse(input));
    const { goldenVersion } = (await ask({ action: 'golden', run: 'r' })) as { goldenVersion: string };
    return ask({ action: 'freeze', run: 'r', goldenVersion });
  };

  it('of rows in which a feature is the label is rejected, with the feature’s name', async () => {
    const w = world();
    for (const date of DATES) {
      const lines = csvLines(date, 60).map((line) => {
        const [id, at, y, , ...rest] = line.split(';');
        return [id, at, y, Number(y) * 100 + 1, ...rest].join(';');
      });
      w.bucket.put(rawKey(date), [HEADER, ...lines, ''].join('\n'));
    }
    await expect(freeze(w)).rejects.toMatchObject({
      name: 'DatasetRejected',
      message: expect.stringContaining('amount: leakage: alone it reaches an AUC of 1.000'),
    });
    expect(w.bucket.keys('datasets/')).toEqual([]);
  });

  it('of rows with a value that is later than its label is rejected, with their number', async () => {
    const w = world({
      label: { column: 'y', knownAt: 'told_at' },
      features: [
        { name: 'amount', kind: 'numeric', min: 0, max: 1000, knownAt: 'amount_at' },
        { name: 'speed', kind: 'numeric' },
      ],
    });
    for (const date of DATES) {
      const lines = csvLines(date, 60).map((line, i) => {
        const at = Date.parse(line.split(';')[1]!);
        const amountAt = i === 7 ? at + 7_200_000 : at;
        return `${line};${new Date(at + 3_600_000).toISOString()};${new Date(amountAt).toISOString()}`;
      });
      w.bucket.put(rawKey(date), [`${HEADER};told_at;amount_at`, ...lines, ''].join('\n'));
    }
    await expect(freeze(w)).rejects.toMatchObject({
      name: 'DatasetRejected',
      message: expect.stringContaining('amount: leakage: 5 rows have a value that is later than their label'),
    });
  });

  it('of hardly any positives is rejected as out of balance', async () => {
    const w = world({ data: { windowDays: 5, minRows: 50, delimiter: ';', minClassShare: 0.4 } });
    for (const date of DATES) w.bucket.put(rawKey(date), [HEADER, ...csvLines(date, 60), ''].join('\n'));
    await expect(freeze(w)).rejects.toMatchObject({
      name: 'DatasetRejected',
      message: expect.stringMatching(/the classes are out of balance: \d+\.\d % of \d+ rows are positive/),
    });
  });
});
