import { describe, expect, it } from 'vitest';
import { fairnessSchema, gatesSchema, sliceSchema } from '../../contracts/gates.ts';
import { fairnessResults } from '../../lambdas/evaluation/fairness.ts';
import { fairnessGates, sliceGates } from '../../lambdas/evaluation/gate-groups.ts';
import { groupName, groupRows, vectorValues } from '../../lambdas/evaluation/groups.ts';
import { binaryMeasure } from '../../lambdas/evaluation/slice-measures.ts';
import { type ScoredSet, sliceResults } from '../../lambdas/evaluation/slices.ts';
import { seededBits } from '../../lambdas/shared/statistics/random.ts';
import { shopSignature } from '../fixtures/model.ts';

describe('groups', () => {
  it('are right-closed between edges, values as they are, and missing by itself', () => {
    expect([20, 30, 30.5, 60, 61].map((v) => groupName(v, [30, 60]))).toEqual([
      '≤ 30',
      '≤ 30',
      '30 to 60',
      '30 to 60',
      '> 60',
    ]);
    expect([groupName('a', undefined), groupName(null, [1])]).toEqual(['a', 'missing']);
  });

  it('hold each row once, in the order of their names', () => {
    const names = ['b', 'a', null, 'b'];
    const groups = groupRows(4, (i) => names[i]!);
    expect([...groups].map(([n, rows]) => [n, [...rows]])).toEqual([
      ['a', [1]],
      ['b', [0, 3]],
      ['missing', [2]],
    ]);
  });

  it('between edges come as the edges rise', () => {
    const ages = [70, 40, null, 10, 65, 20];
    expect([...groupRows(6, (i) => ages[i]!, [15, 30, 60]).keys()]).toEqual([
      'missing',
      '≤ 15',
      '15 to 30',
      '30 to 60',
      '> 60',
    ]);
  });

  it('of vectors have their categories’ names back', () => {
    const vectors = Float32Array.of(1, 2, Number.NaN, 1, 3, 4, 0, -1);
    const values = vectorValues({ vectors, labels: new Uint8Array(2), entities: ['x', 'y'] }, shopSignature);
    expect([0, 1].map(values('channel')!)).toEqual(['shop', 'unseen']);
    expect([0, 1].map(values('many_clicks')!)).toEqual([null, 0]);
    expect(values('colour')).toBeUndefined();
  });
});

/** Rows in two regions; in the south the candidate's scores are noise where the champion's are not. */
function regions(rows: number, noisySouth: boolean): ScoredSet {
  const bits = seededBits(11);
  const u = () => bits() / 2 ** 32;
  const region = Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 'south' : 'north'));
  const labels = Uint8Array.from(region, () => (u() < 0.4 ? 1 : 0));
  const signal = (noise: number) =>
    Float64Array.from(labels, (y) =>
      Math.min(0.99, Math.max(0.01, 0.5 + (y - 0.5) * 0.4 + (u() - 0.5) * noise)),
    );
  const champion = signal(1);
  const better = signal(0.7);
  const worse = signal(3);
  const candidate = better.map((s, i) => (noisySouth && region[i] === 'south' ? worse[i]! : s));
  return {
    set: 'validation',
    labels,
    candidate,
    champion,
    values: (f) => (f === 'region' ? (i) => region[i]! : undefined),
  };
}

describe('slices', () => {
  const slices = [sliceSchema.parse({ feature: 'region' })];
  const gatesOf = (s: ScoredSet, config = slices) => sliceGates(sliceResults(s, config, binaryMeasure(0.5)));

  it('tell rows, positives and every metric of candidate and champion', () => {
    const [north, south] = sliceResults(regions(2000, true), slices, binaryMeasure(0.5));
    expect([north!.value, north!.rows, south!.value, south!.rows]).toEqual(['north', 1500, 'south', 500]);
    expect(Object.keys(south!.candidate)).toContain('calibrationError');
    expect(south!.difference!.value).toBeCloseTo(south!.candidate.auc! - south!.champion!.auc!, 12);
  });

  it('say why a metric is null', () => {
    const one = sliceResults({ ...regions(8, false), labels: new Uint8Array(8) }, slices, binaryMeasure(2));
    expect(one[0]!.candidate).toMatchObject({ auc: null, precision: null, recall: null });
    expect(one[0]!.unknown).toEqual({
      auc: 'all 6 rows are of class 0',
      prAuc: 'there is no positive row',
      precision: 'no row is predicted positive',
      recall: 'there is no positive row',
      f1: expect.any(String),
    });
  });

  it('that regress fail, though the total is better', () => {
    const results = gatesOf(regions(4000, true));
    expect(results.map((g) => [g.gate, g.passed])).toEqual([
      ['validation.slice.region=north', true],
      ['validation.slice.region=south', false],
    ]);
    expect(results[1]!.detail).toContain('must not be surely worse by more than 0.05');
  });

  it('pass where nothing regresses, by AUC and by log loss', () => {
    expect(gatesOf(regions(4000, false)).every((g) => g.passed)).toBe(true);
    const byLoss = [sliceSchema.parse({ feature: 'region', metric: 'logLoss', tolerance: 0.02 })];
    expect(gatesOf(regions(4000, false), byLoss).every((g) => g.passed)).toBe(true);
    expect(gatesOf(regions(4000, true), byLoss).map((g) => g.passed)).toEqual([true, false]);
  });

  it('are not judged when they are small, or without a champion, and say why', () => {
    const small = sliceResults(regions(200, true), slices, binaryMeasure(0.5));
    expect(small[1]!.unjudged).toBe('50 rows, judged from 100 on');
    const alone = sliceResults({ ...regions(2000, true), champion: null }, slices, binaryMeasure(0.5));
    expect(alone.map((s) => s.unjudged)).toEqual(['there is no champion', 'there is no champion']);
    expect(sliceGates([...small.slice(1), ...alone])).toEqual([]);
  });
});

/** 100 rows a group; the first `selected` of a group are predicted positive, the first `right` of them are positive. */
function decisions(
  groups: Readonly<Record<string, { selected: number; right: number; missed: number }>>,
): ScoredSet {
  const names = Object.keys(groups).flatMap((g) => Array.from({ length: 100 }, () => g));
  const place = (i: number) => ({ ...groups[names[i]!]!, k: i % 100 });
  const candidate = Float64Array.from(names, (_, i) => (place(i).k < place(i).selected ? 0.9 : 0.1));
  const labels = Uint8Array.from(names, (_, i) => {
    const { selected, right, missed, k } = place(i);
    return k < right || (k >= selected && k < selected + missed) ? 1 : 0;
  });
  return {
    set: 'golden',
    labels,
    candidate,
    champion: null,
    values: (f) => (f === 'sex' ? (i) => names[i]! : undefined),
  };
}

describe('fairness', () => {
  const limits = (over = {}) => fairnessSchema.parse({ attributes: [{ feature: 'sex' }], ...over });
  const world = decisions({
    a: { selected: 60, right: 40, missed: 10 }, // true positive rate 40/50, false positive rate 20/50
    b: { selected: 30, right: 20, missed: 30 }, // 20/50 and 10/50
  });

  it('is rates by group, their ratio and their differences', () => {
    const [r] = fairnessResults(world, limits(), 0.5);
    expect(r!.groups.map((g) => [g.group, g.selectionRate, g.truePositiveRate, g.falsePositiveRate])).toEqual(
      [
        ['a', 0.6, 0.8, 0.4],
        ['b', 0.3, 0.4, 0.2],
      ],
    );
    expect(r!.groups.map((g) => g.unknown)).toEqual([{}, {}]);
    expect(r!.disparateImpact.value).toBeCloseTo(0.5, 12);
    expect(r!.parityDifference.value).toBeCloseTo(0.3, 12);
    expect(r!.oddsDifference.value).toBeCloseTo(0.4, 12);
    // Katz: ln 0.5 ± 1.96 √(0.7/30 + 0.4/60)
    const error = Math.sqrt(0.7 / 30 + 0.4 / 60);
    expect(r!.disparateImpact.low).toBeCloseTo(0.5 * Math.exp(-1.959963984540054 * error), 12);
  });

  it('turns round where the favourable decision is the negative one', () => {
    const [r] = fairnessResults(world, limits({ favourable: 'negative' }), 0.5);
    expect(r!.groups.map((g) => g.selectionRate)).toEqual([0.4, 0.7]);
    expect(r!.disparateImpact.value).toBeCloseTo(4 / 7, 12);
  });

  it('fails under four fifths and passes at them', () => {
    const verdicts = (selected: number) =>
      fairnessGates(
        fairnessResults(
          decisions({ a: { selected: 50, right: 25, missed: 0 }, b: { selected, right: 20, missed: 0 } }),
          limits(),
          0.5,
        ),
        limits(),
      ).map((g) => g.passed);
    expect([verdicts(40), verdicts(39)]).toEqual([[true], [false]]);
  });

  it('judges parity and odds where the definition bounds them', () => {
    const bounded = limits({ maxParityDifference: 0.31, maxOddsDifference: 0.39, minDisparateImpact: 0.5 });
    const results = fairnessGates(fairnessResults(world, bounded, 0.5), bounded);
    expect(results.map((g) => [g.metric, g.passed])).toEqual([
      ['disparateImpact', true],
      ['parityDifference', true],
      ['oddsDifference', false],
    ]);
    expect(results[0]!.detail).toContain('selection rates: a 0.6, b 0.3');
  });

  it('says null and why, and does not pass, where it cannot be computed', () => {
    const few = limits({ minGroupRows: 101 });
    const [r] = fairnessResults(world, few, 0.5);
    expect(r!.disparateImpact).toMatchObject({
      value: null,
      reason: '0 of 2 groups have 101 rows or more, needed are two',
    });
    expect(fairnessGates([r!], few).map((g) => g.passed)).toEqual([false]);
    const nobody = decisions({
      a: { selected: 0, right: 0, missed: 5 },
      b: { selected: 0, right: 0, missed: 5 },
    });
    expect(fairnessResults(nobody, limits(), 0.5)[0]!.disparateImpact.reason).toBe(
      'nobody gets the favourable decision',
    );
    const undeserving = decisions({
      a: { selected: 9, right: 0, missed: 0 },
      b: { selected: 9, right: 9, missed: 0 },
    });
    expect(fairnessResults(undeserving, limits(), 0.5)[0]!.groups[0]).toMatchObject({
      truePositiveRate: null,
      unknown: { truePositiveRate: 'no row of the group has the favourable label' },
    });
    const elsewhere = fairnessSchema.parse({ attributes: [{ feature: 'age', edges: [30] }] });
    expect(fairnessResults(world, elsewhere, 0.5)[0]!.oddsDifference.reason).toBe(
      "the golden set has no 'age'",
    );
  });
});

it('gates have defaults that ask nothing new of a definition', () => {
  expect(gatesSchema.parse({})).toMatchObject({
    slices: [],
    betterBy: {},
    floors: {},
    judgeOn: ['golden', 'validation'],
  });
  expect(gatesSchema.parse({}).fairness).toBeUndefined();
});
