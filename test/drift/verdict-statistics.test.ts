import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../contracts/dataset.ts';
import type { PredictionLine } from '../../contracts/prediction.ts';
import type { VersionItem } from '../../contracts/registry.ts';
import { goldenStaleness } from '../../lambdas/drift/golden.ts';
import { runDriftCheck } from '../../lambdas/drift/service.ts';
import { judgeWindow } from '../../lambdas/drift/verdict.ts';
import { goldenProfile } from '../../lambdas/evaluation/golden-profile.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import { sha256 } from '../../lambdas/shared/objects.ts';
import { numericBaseline } from '../../lambdas/shared/statistics/numeric-baseline.ts';
import { WindowProfile } from '../../lambdas/shared/statistics/window-profile.ts';
import { FakeBucket } from '../fakes/bucket.ts';
import { demo } from './world.ts';

const definition = demo({
  features: [
    { name: 'n', kind: 'numeric' },
    { name: 'still', kind: 'numeric' },
    { name: 'c', kind: 'categorical' },
  ],
  drift: { minRows: 50 },
});
const uniform = Float32Array.from({ length: 1000 }, (_, i) => i / 1000);
const plain: Baseline = {
  datasetVersion: 'ds-20261101-0123456789ab',
  rows: 1000,
  features: {
    n: numericBaseline(uniform),
    still: numericBaseline(new Float32Array(1000).fill(7)),
    c: { kind: 'categorical', counts: { a: 500, b: 500 }, unseen: 0, nulls: 0 },
  },
  score: null,
};
type Row = { n: number; still: number; c: string };
const rows = (count: number, over: (i: number) => Partial<Row> = () => ({})): Row[] =>
  Array.from({ length: count }, (_, i) => ({ n: i / count, still: 7, c: i % 2 ? 'a' : 'b', ...over(i) }));
function profileOf(some: readonly Row[]): WindowProfile {
  const window = new WindowProfile(plain);
  for (const row of some) window.add(row, 0.5);
  return window;
}
const judge = (some: readonly Row[]) => judgeWindow(plain, profileOf(some), definition.drift);

describe('the statistics of a check', () => {
  it('find nothing where nothing moved', () => {
    const verdict = judge(rows(500));
    expect(verdict.drifted).toEqual([]);
    expect(verdict.features['n']!.statistics).toMatchObject({ jensenShannon: expect.closeTo(0, 1) });
    expect(verdict.centroidDistance).toBeCloseTo(0, 3);
  });

  it('tell how far a feature moved, in its own unit too', () => {
    const { features, drifted, centroidDistance } = judge(rows(500, (i) => ({ n: 0.3 + (0.7 * i) / 500 })));
    const { ks, wasserstein, chiSquare } = features['n']!.statistics;
    expect(drifted).toEqual(['n']);
    expect(ks!.statistic).toBeCloseTo(0.3, 1);
    expect(wasserstein).toBeCloseTo(0.15, 1);
    expect(chiSquare.p).toBeLessThan(1e-6);
    expect(centroidDistance!).toBeGreaterThan(0.01);
    expect(features['c']!.statistics).toMatchObject({ ks: null, wasserstein: null });
  });

  it.each([6, 8])('see a feature that was constant at 7 move to %d', (still) => {
    expect(judge(rows(100, () => ({ still }))).drifted).toEqual(['still']);
  });

  it('take no large PSI of a few rows for drift that chance explains', () => {
    const few = rows(12, (i) => ({ c: i < 9 ? 'a' : 'b', n: (i + 0.5) / 12 }));
    const { features, drifted } = judge(few);
    expect(features['c']!.psi).toBeGreaterThan(0.2);
    expect(features['c']!.adjustedP).toBeGreaterThan(0.05);
    expect(drifted).toEqual([]);
    const strict = judgeWindow(plain, profileOf(few), { ...definition.drift, falseDiscoveryRate: 1 });
    expect(strict.drifted).toContain('c');
  });
});

describe('a golden set', () => {
  const golden = (some: readonly Row[]): Baseline => ({
    ...plain,
    golden: goldenProfile('golden-1', { rows: some, labels: new Uint8Array(), entities: [] }, plain),
  });

  it('is not stale while live traffic is like it, and is for each feature that has left it', () => {
    const baseline = golden(rows(400));
    expect(goldenStaleness(baseline, profileOf(rows(500)), 0.2, [])).toMatchObject({ stale: [] });
    const moved = profileOf(rows(500, (i) => ({ c: i % 10 ? 'a' : 'b', n: i / 1000 })));
    expect(goldenStaleness(baseline, moved, 0.2, [])!.stale).toEqual(['n', 'c']);
    expect(goldenStaleness(baseline, moved, 0.2, ['n'])!.stale).toEqual(['c']);
    expect(goldenStaleness(plain, moved, 0.2, [])).toBeNull();
  });

  it('that live traffic has left is announced, though the champion’s own baseline has not', async () => {
    const bucket = new FakeBucket();
    const body = JSON.stringify(golden(rows(400, (i) => ({ c: i % 10 ? 'a' : 'b' }))));
    const key = 'models/demo/000001/baseline.json';
    bucket.put(key, body);
    const now = '2026-11-18T08:00:00.000Z';
    const lines = rows(200).map(
      (features, i): PredictionLine => ({
        event: 'prediction',
        predictionId: `p${i}`,
        model: 'demo',
        version: 1,
        slot: 'blue',
        at: '2026-11-18T05:00:00.000Z',
        entity: 'e',
        features: { ...features },
        score: 0.5,
        latencyMs: 1,
        degraded: false,
      }),
    );
    bucket.put('predictions/demo/dt=2026-11-18/x.json', lines.map((l) => JSON.stringify(l)).join('\n'));
    const published: Announcement[] = [];
    const champion = {
      version: 1,
      artifact: { 'baseline.json': { key, versionId: 'v1', sha256: sha256(body) } },
    };
    await runDriftCheck(
      {
        model: { definition, features: {} },
        sources: { store: bucket, predictionBucket: 'p', artifactBucket: 'a' },
        registry: {
          champion: async () => champion as unknown as VersionItem,
          check: async () => null,
          previous: async () => null,
          between: async () => [],
          runs: async () => [],
          claim: async () => true,
          release: async () => {},
        },
        publish: async (event) => void published.push(event),
        emit: () => {},
        clock: () => new Date(now),
      },
      { at: now },
      'x',
    );
    expect(published.map((e) => e.type)).toEqual(['drift.checked', 'golden.stale']);
    expect(published[1]).toMatchObject({ goldenVersion: 'golden-1', features: ['c'] });
  });
});
