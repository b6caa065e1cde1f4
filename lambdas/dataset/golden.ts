import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GoldenManifest, goldenManifestSchema } from '../../contracts/dataset.ts';
import { type GoldenFile, keys } from '../../contracts/names.ts';
import type { GoldenOutput } from '../../contracts/steps.ts';
import { CoalmineError } from '../shared/errors.ts';
import { getJson, putOnce } from '../shared/objects.ts';
import { type Collected, type DatasetDeps, withCollected } from './collect.ts';
import { inputFailures } from './gates.ts';
import type { GoldenSetting } from './golden-setting.ts';
import { putManifest } from './manifest.ts';
import { canonicalOrder } from './order.ts';
import { Rejected } from './rejected.ts';
import { arrange } from './table.ts';
import { dateOf, isoWindow, rollingWindow, type Window } from './window.ts';
import { type Values, writeParquet } from './write-parquet.ts';

/**
 * The model's golden set: the one it has, or a new one of all rows in the window whose entity's hash falls into the
 * definition's fraction. The fraction is frozen with it: the hash alone decides for ever, so an entity that appears
 * later and falls on the golden side is kept out of training too. A set that replaces another takes no larger a fraction:
 * the entities beyond it have trained the champion, which would be judged on what it has seen.
 * @param renew make a new one of the window as it is now; versions evaluated on the old one keep their names for it
 * @throws CoalmineError EmptyWindow, DatasetRejected, or GoldenTooSmall telling what was found and what is needed
 */
export async function ensureGolden(
  deps: DatasetDeps,
  setting: GoldenSetting,
  renew = false,
): Promise<GoldenOutput> {
  const current = await setting.get();
  const old = current === null ? null : await manifestOf(deps, current);
  if (old && !renew) return { goldenVersion: old.version, rows: old.rows, created: false, replaces: null };
  const { definition } = deps.model;
  const window = rollingWindow(deps.clock(), definition.data.windowDays);
  const fraction = Math.min(definition.golden.fraction, old?.fraction ?? 1);
  const golden = { fraction, collect: true };
  const manifest = await withCollected(deps, { window, precision: 'float64', golden }, (collected) =>
    writeGolden(deps, collected, window, fraction),
  );
  // Somebody else may have been first: then theirs is the golden set, and ours an orphan nobody points to.
  const goldenVersion =
    current === null
      ? await setting.setOnce(manifest.version)
      : await setting.replace(current, manifest.version);
  const created = goldenVersion === manifest.version && goldenVersion !== current;
  return {
    goldenVersion,
    rows: created ? manifest.rows : (await manifestOf(deps, goldenVersion)).rows,
    created,
    replaces: created ? current : null,
  };
}

async function manifestOf(
  { store, datasetBucket, model }: DatasetDeps,
  version: string,
): Promise<GoldenManifest> {
  const key = keys.golden(model.definition.name, version, 'manifest.json');
  return goldenManifestSchema.parse(await getJson(store, datasetBucket, key));
}

async function writeGolden(
  deps: DatasetDeps,
  collected: Collected,
  window: Window,
  fraction: number,
): Promise<GoldenManifest> {
  const { definition } = deps.model;
  const { table, db, dir } = collected;
  const failures = inputFailures(definition, collected.tally);
  if (failures.length > 0) throw new Rejected(failures, collected.tally);
  arrange(table, canonicalOrder(table).order);
  const positives = table.label.reduce((sum, y) => sum + y, 0);
  const { minRowsPerClass } = definition.golden;
  if (Math.min(positives, table.size - positives) < minRowsPerClass)
    throw new CoalmineError(
      'GoldenTooSmall',
      `the golden entities have ${positives} positive and ${table.size - positives} negative rows, needed are ` +
        `${minRowsPerClass} of each: widen data.windowDays, lower golden.minRowsPerClass or, for a model's first golden ` +
        `set, raise golden.fraction (${fraction})`,
    );
  const path = join(dir, 'golden.parquet');
  const values = table.columns.map(
    (column): Values =>
      column.kind === 'numeric'
        ? { name: column.name, type: 'double', values: column.values as Float64Array }
        : { name: column.name, type: 'text', values: column.values, categories: column.categories },
  );
  await writeParquet(db, path, values, table, 0, table.size);
  const bytes = await readFile(path);
  const content = createHash('sha256').update(`${fraction}\n`).update(bytes).digest('hex').slice(0, 12);
  const version = `golden-${dateOf(window.toMs).replaceAll('-', '')}-${content}`;
  const manifest: GoldenManifest = {
    model: definition.name,
    version,
    rows: table.size,
    positives,
    fraction,
    window: isoWindow(window),
  };
  const key = (file: GoldenFile) => keys.golden(definition.name, version, file);
  await putOnce(deps.store, { bucket: deps.datasetBucket, key: key('golden.parquet'), body: bytes });
  await putManifest(deps.store, deps.datasetBucket, key('manifest.json'), manifest);
  return manifest;
}
