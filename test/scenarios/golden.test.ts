import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLUMNS, keys } from '../../contracts/names.ts';
import type { RunItem, VersionItem } from '../../contracts/registry.ts';
import { type GoldenSet, readGolden } from '../../lambdas/evaluation/tables.ts';
import { DAY } from '../../local/traffic/types.ts';
import { parquetRows } from '../dataset/world.ts';
import { type FaultStage, openStage } from './faults/stage.ts';

/** The model's machines, functions and roles in the local cloud; a golden set is renewed on the Monday. */
let stage: FaultStage;
let renewed: VersionItem;
let first: VersionItem;
const sets = new Map<string, GoldenSet>();

const object = async (key: string): Promise<Buffer> => {
  const { r } = stage;
  const { Body } = await r.call('s3', 'GetObject', { Bucket: r.outputs.DatasetBucketName, Key: key });
  return Buffer.from(Body);
};
const goldenSet = async (version: string): Promise<GoldenSet> => {
  const dir = mkdtempSync(join(tmpdir(), 'golden-test-'));
  try {
    const path = join(dir, 'golden.parquet');
    writeFileSync(path, await object(keys.golden('fraud', version, 'golden.parquet')));
    return await readGolden(path);
  } finally {
    rmSync(dir, { recursive: true });
  }
};
const runOf = async (version: VersionItem): Promise<RunItem> =>
  (await stage.runs()).find((run) => run.run === version.run)!;
const ask = (input: object) => stage.run('Retrain', { by: 'test', reason: 'a test', ...input });

/** Share of pairs of a positive and a negative row that scores put in the right order; ties count half. */
function pairwiseAuc(labels: Uint8Array, scores: readonly number[]): number {
  let [right, pairs] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 1) continue;
    for (let j = 0; j < labels.length; j++) {
      if (labels[j] !== 0) continue;
      pairs++;
      right += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  return right / pairs;
}

beforeAll(async () => {
  stage = await openStage();
  const { r } = stage;
  // The lake has another day by then: the window of the same days would give the same set.
  await r.until(r.now + DAY);
  const ended = await ask({ renewGolden: true });
  expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'SUCCEEDED' });
  const versions = await stage.versions();
  first = versions.find((v) => v.version === 1)!;
  renewed = versions.find((v) => v.version === 2)!;
  for (const { goldenVersion } of [first, renewed]) sets.set(goldenVersion, await goldenSet(goldenVersion));
});
afterAll(() => stage?.[Symbol.asyncDispose]());

describe('a golden set that is renewed', () => {
  it('is a new version beside the old one, announced with the one that it replaces', async () => {
    expect(renewed.goldenVersion).not.toBe(first.goldenVersion);
    expect(stage.r.journal.of('golden.frozen').map((e) => e.detail)).toMatchObject([
      { goldenVersion: first.goldenVersion, replaces: null },
      { goldenVersion: renewed.goldenVersion, replaces: first.goldenVersion },
    ]);
    expect((await runOf(renewed)).lineage!.goldenVersion).toBe(renewed.goldenVersion);
    expect((await runOf(first)).lineage!.goldenVersion).toBe(first.goldenVersion);
  });

  it('scores the champion anew: what the candidate is held against is of the new rows', async () => {
    const { rows, labels } = sets.get(renewed.goldenVersion)!;
    const { slots, championSlot } = await stage.r.pointers();
    const champion = slots[championSlot!]!;
    expect(champion.version).toBe(1);
    const scores: number[] = [];
    for (let i = 0; i < rows.length; i += 500)
      scores.push(...(await stage.r.score(champion.lambdaVersion, rows.slice(i, i + 500))));
    const { metrics } = renewed;
    expect(metrics['golden.rows']).toBe(rows.length);
    expect(metrics['champion.golden.rows']).toBe(rows.length);
    expect(metrics['champion.golden.auc']).toBeCloseTo(pairwiseAuc(labels, scores), 9);
    expect(metrics['champion.golden.auc']).not.toBeCloseTo(first.metrics['golden.auc']!, 9);
  });

  it('is the set of the runs after it', async () => {
    expect((await ask({})).status).toBe('SUCCEEDED');
    const third = (await stage.versions()).find((v) => v.version === 3)!;
    expect(third.goldenVersion).toBe(renewed.goldenVersion);
    expect(third.metrics['champion.golden.auc']).toBe(renewed.metrics['champion.golden.auc']);
    expect(stage.r.journal.of('golden.frozen')).toHaveLength(2);
  });
});

it('no golden entity is in any dataset that was ever frozen, neither of the old set nor of the new', async () => {
  const golden = new Set([...sets.values()].flatMap((set) => set.entities));
  expect(golden.size).toBeGreaterThan(0);
  const datasets = new Set((await stage.versions()).map((v) => v.datasetVersion));
  expect(datasets.size).toBeGreaterThan(1);
  for (const dataset of datasets) {
    for (const file of ['train.parquet', 'validation.parquet'] as const) {
      const rows = await parquetRows(await object(keys.dataset('fraud', dataset, file)));
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter((row) => golden.has(String(row[COLUMNS.entity])))).toEqual([]);
    }
  }
});
