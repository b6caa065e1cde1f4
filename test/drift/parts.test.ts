import { expect, it } from 'vitest';
import type { Baseline } from '../../contracts/dataset.ts';
import { parseLine, thin } from '../../lambdas/drift/log.ts';
import { judgeWindow } from '../../lambdas/drift/verdict.ts';
import { WindowProfile } from '../../lambdas/shared/statistics/window-profile.ts';
import fraud from '../../models/fraud/model.ts';

const uniform = {
  kind: 'numeric',
  edges: [1, 2, 3],
  counts: [25, 25, 25, 25],
  nulls: 0,
  min: 0,
  max: 4,
} as const;
const baseline: Baseline = {
  datasetVersion: 'd',
  rows: 100,
  features: { hour: { ...uniform, edges: [1, 2, 3], counts: [25, 25, 25, 25] } },
  score: null,
};
const limits = fraud.drift;

it('an excluded feature is reported and makes no drift; the same feature watched does', () => {
  const window = new WindowProfile(baseline);
  for (let i = 0; i < 400; i++) window.add({ hour: 0.5 }, 0.1);
  const excluded = judgeWindow(baseline, window, { ...limits, exclude: ['hour'] });
  expect(excluded).toMatchObject({ drifted: [], maxPsi: null });
  expect(excluded.features['hour']!.psi!).toBeGreaterThan(1);
  expect(judgeWindow(baseline, window, { ...limits, exclude: [] }).drifted).toEqual(['hour']);
});

it('a feature that the log does not carry counts as missing, not as zero', () => {
  const window = new WindowProfile(baseline);
  window.add({}, 0.1);
  const { features, nullRate } = judgeWindow(baseline, window, { ...limits, exclude: [] });
  expect(features['hour']).toMatchObject({ psi: null, nullRate: 1, outOfRange: 0 });
  expect(nullRate).toBe(1);
});

it('whatever is null has a reason, of a feature and of the window', () => {
  const empty = new WindowProfile(baseline);
  const verdict = judgeWindow(baseline, empty, { ...limits, exclude: [] });
  const feature = verdict.features['hour']!;
  const nulls = (of: object) =>
    Object.entries(of)
      .filter(([, v]) => v === null)
      .map(([name]) => name);
  const missing = [...nulls(feature), ...nulls(feature.statistics)];
  expect(missing).toContain('psi');
  expect(missing.filter((name) => !feature.unknown[name])).toEqual([]);
  expect(nulls(verdict)).toContain('scorePsi');
  expect(nulls(verdict).filter((name) => !verdict.unknown[name])).toEqual([]);
  const watching = new WindowProfile(baseline);
  for (let i = 0; i < 40; i++) watching.add({ hour: (i % 4) + 0.5 }, 0.1);
  const known = judgeWindow(baseline, watching, { ...limits, exclude: ['hour'] }).features['hour']!;
  expect(known.unknown).toEqual({
    adjustedP: 'the feature is not watched (drift.exclude)',
    unseen: 'numbers have no vocabulary',
  });
});

it('a value at the edge of its range is compared as the float32 that training saw', () => {
  const edge = Math.fround(0.1); // a little above 0.1
  const tenth: Baseline = {
    ...baseline,
    features: { hour: { kind: 'numeric', edges: [], counts: [9], nulls: 0, min: edge, max: edge } },
  };
  const window = new WindowProfile(tenth);
  window.add({ hour: 0.1 }, 0);
  expect(judgeWindow(tenth, window, limits).features['hour']!.outOfRange).toBe(0);
});

it('a log that is larger than one check reads is thinned evenly', () => {
  const objects = Array.from({ length: 10 }, (_, i) => ({ key: `o${i}`, bytes: 100 }));
  expect(thin(objects, 1000)).toMatchObject({ every: 1, kept: objects });
  expect(thin(objects, 300).kept.map((o) => o.key)).toEqual(['o0', 'o4', 'o8']);
  expect(thin([], 300)).toEqual({ kept: [], every: 1 });
});

it.each([
  '',
  '{}',
  '{"event":"prediction"}',
  'null',
  '{"event":"outcome","predictionId":"p","model":"m","at":"t","label":2}',
])('%j is no log line', (line) => {
  expect(parseLine(line)).toBeNull();
});
