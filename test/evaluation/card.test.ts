import { describe, expect, it } from 'vitest';
import type { DatasetManifest } from '../../contracts/dataset.ts';
import { gapsOf } from '../../lambdas/evaluation/card-gaps.ts';

const manifest = (days: readonly string[], more: Partial<DatasetManifest> = {}): DatasetManifest => ({
  model: 'shop',
  version: 'ds-20261118-000000000000',
  contentHash: 'c',
  featureSpecHash: 'f',
  goldenVersion: 'g',
  window: { from: '2026-11-01T00:00:00.000Z', to: '2026-11-04T00:00:00.000Z' },
  splitTime: '2026-11-03T00:00:00.000Z',
  rows: { read: 100, train: 80, validation: 10, golden: 5, rejected: 5, rejectedBy: {} },
  positives: { train: 8, validation: 1 },
  sources: days.map((d) => ({ key: `shop/dt=${d}/a.csv`, versionId: 'v', bytes: 1 })),
  ...more,
});
const ALL = ['2026-11-01', '2026-11-02', '2026-11-03'];

describe('the gaps of a dataset version', () => {
  it('are none when every day of the window has data', () => {
    expect(gapsOf(manifest(ALL))).toEqual([]);
  });

  it('are the days without files, the end of the window not among them', () => {
    expect(gapsOf(manifest(['2026-11-02']))).toEqual(['no data of 2026-11-01, 2026-11-03']);
    const year = { from: '2026-01-01T00:00:00.000Z', to: '2026-11-04T00:00:00.000Z' };
    expect(gapsOf(manifest(ALL, { window: year }))[0]).toMatch(
      /^no data of 2026-01-01, .*2026-01-07 and 297 more$/,
    );
  });

  it('are rejected rows by reason, and what was noticed when it was frozen', () => {
    const rows = { ...manifest(ALL).rows, rejectedBy: { 'amount: out of range': 5 } };
    expect(gapsOf(manifest(ALL, { rows, notes: ['an empty file'] }))).toEqual([
      '5 of 100 rows rejected: amount: out of range',
      'an empty file',
    ]);
  });
});
