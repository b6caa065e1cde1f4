import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Baseline, type DatasetManifest, goldenManifestSchema } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { type DatasetFile, keys } from '../../contracts/names.ts';
import type { FreezeOutput } from '../../contracts/steps.ts';
import { featureSpecHash } from '../shared/features/spec-hash.ts';
import { getJson, putOnce } from '../shared/objects.ts';
import { type Built, build } from './build.ts';
import { type Collected, type DatasetDeps, withCollected } from './collect.ts';
import { inputFailures, outputFailures } from './gates.ts';
import { type FeatureColumn, lateFeatures, leakingFeatures, splitFailures } from './leakage.ts';
import { manifestExists, putManifest } from './manifest.ts';
import { Rejected } from './rejected.ts';
import { dateOf, isoWindow, rollingWindow, type Window } from './window.ts';
import { writeParquet } from './write-parquet.ts';

/**
 * Freezes the model's rolling window into an immutable dataset version.
 * @throws CoalmineError EmptyWindow, or {@link Rejected} naming every data gate that failed
 */
export async function freeze(deps: DatasetDeps, goldenVersion: string): Promise<FreezeOutput> {
  const { definition } = deps.model;
  const window = rollingWindow(deps.clock(), definition.data.windowDays);
  const goldenKey = keys.golden(definition.name, goldenVersion, 'manifest.json');
  const golden = goldenManifestSchema.parse(await getJson(deps.store, deps.datasetBucket, goldenKey));
  const options = {
    window,
    precision: 'float32',
    golden: { fraction: golden.fraction, collect: false },
  } as const;
  return withCollected(deps, options, async (collected) => {
    const built = build(collected, definition, goldenVersion);
    const failures = [
      ...inputFailures(definition, collected.tally, built.split && dateOf(built.split.timeMs)),
      ...outputFailures(definition, built.split && built.rows, built.positives),
      ...leaks(collected, built, definition),
    ];
    if (failures.length > 0) throw new Rejected(failures, collected.tally);
    const version = `ds-${dateOf(window.toMs).replaceAll('-', '')}-${built.contentHash.slice(0, 12)}`;
    const manifestKey = keys.dataset(definition.name, version, 'manifest.json');
    const existed = await manifestExists(deps.store, deps.datasetBucket, manifestKey);
    if (!existed) await write(deps, collected, built, version, goldenVersion, window);
    const uri = (file: DatasetFile) =>
      `s3://${deps.datasetBucket}/${keys.dataset(definition.name, version, file)}`;
    return {
      datasetVersion: version,
      existed,
      featureSpecHash: featureSpecHash(definition),
      rows: { ...built.rows, rejected: built.rejected },
      channels: {
        train: uri('train.parquet'),
        validation: uri('validation.parquet'),
        signature: uri('signature.json'),
      },
    };
  });
}

/** Everything that the rows would know of their labels and could not when it counts. */
function leaks({ table, tally }: Collected, { split, values }: Built, definition: ModelDefinition): string[] {
  if (!split) return [];
  const columns = values.map(
    ({ name, values: numbers }, f): FeatureColumn => ({
      name,
      categorical: definition.features[f]!.kind === 'categorical',
      values: numbers,
    }),
  );
  return [
    ...leakingFeatures(definition, table.label, columns, split.at),
    ...lateFeatures(tally.late),
    ...splitFailures(table.time, split),
  ];
}

async function write(
  deps: DatasetDeps,
  collected: Collected,
  built: Built,
  version: string,
  goldenVersion: string,
  window: Window,
): Promise<void> {
  const { name } = deps.model.definition;
  const put = (file: DatasetFile, body: Uint8Array | string) =>
    putOnce(deps.store, { bucket: deps.datasetBucket, key: keys.dataset(name, version, file), body });
  const path = (file: DatasetFile) => join(collected.dir, file);
  const { db, table, rejects } = collected;
  const at = built.rows.train;
  await writeParquet(db, path('train.parquet'), built.values, table, 0, at);
  await put('train.parquet', await readFile(path('train.parquet')));
  await writeParquet(db, path('validation.parquet'), built.values, table, at, table.size);
  await put('validation.parquet', await readFile(path('validation.parquet')));
  await rejects.write(path('rejects.parquet'));
  await put('rejects.parquet', await readFile(path('rejects.parquet')));
  const baseline: Baseline = { datasetVersion: version, rows: at, features: built.baseline, score: null };
  await put('signature.json', JSON.stringify(built.signature));
  await put('baseline.json', JSON.stringify(baseline));
  const manifest: DatasetManifest = {
    model: name,
    version,
    contentHash: built.contentHash,
    featureSpecHash: built.signature.featureSpecHash,
    goldenVersion,
    window: isoWindow(window),
    splitTime: new Date(built.split!.timeMs).toISOString(),
    rows: {
      read: collected.tally.total().read,
      ...built.rows,
      golden: collected.tally.golden,
      rejected: built.rejected,
      rejectedBy: collected.tally.rejectedBy,
    },
    positives: built.positives,
    sources: collected.sources.map(({ key, versionId, bytes }) => ({ key, versionId, bytes })),
    notes: [...collected.notes],
  };
  await putManifest(deps.store, deps.datasetBucket, keys.dataset(name, version, 'manifest.json'), manifest);
}
