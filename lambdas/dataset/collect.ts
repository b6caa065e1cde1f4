import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { CoalmineError } from '../shared/errors.ts';
import { compileSpec, type FeatureSpec } from '../shared/features/parse.ts';
import type { Model } from '../shared/model.ts';
import type { ObjectStore } from '../shared/objects.ts';
import { openDuck } from './duck.ts';
import { Intake, requiredColumns } from './intake.ts';
import { openRaw, unreadable } from './read.ts';
import { Rejects } from './rejects.ts';
import { download, listKeys, type Source } from './sources.ts';
import { createTable, type Table } from './table.ts';
import { Tally } from './tally.ts';
import { isoWindow, type Window } from './window.ts';

/** What reading a window takes; every side effect of the dataset function comes in here. */
export interface DatasetDeps {
  readonly model: Model;
  readonly store: ObjectStore;
  readonly rawBucket: string;
  readonly datasetBucket: string;
  /** Scratch folder with room for the window's raw files, unpacked. */
  readonly scratch: string;
  readonly clock: () => Date;
  readonly note: (text: string) => void;
}

/** A window, read and validated. */
export interface Collected {
  readonly table: Table;
  readonly tally: Tally;
  readonly rejects: Rejects;
  readonly sources: readonly Source[];
  readonly spec: FeatureSpec;
  readonly notes: readonly string[];
  readonly db: DuckDBConnection;
  readonly dir: string;
}

export interface CollectOptions {
  readonly window: Window;
  readonly precision: 'float32' | 'float64';
  readonly golden: { readonly fraction: number; readonly collect: boolean };
}

/**
 * Downloads and validates the raw rows of a window and hands them to `use`; scratch files and DuckDB are gone when it
 * returns.
 * @throws CoalmineError EmptyWindow when there are no files or no rows, DatasetRejected for a file that cannot be read
 */
export async function withCollected<T>(
  deps: DatasetDeps,
  options: CollectOptions,
  use: (collected: Collected) => Promise<T>,
): Promise<T> {
  const dir = join(deps.scratch, `dataset-${randomUUID()}`);
  await mkdir(dir, { recursive: true });
  const duck = await openDuck(dir);
  let rejects: Rejects | undefined;
  try {
    rejects = await Rejects.open(duck.db);
    return await use(await collect(deps, options, duck.db, rejects, dir));
  } finally {
    rejects?.close();
    duck.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function collect(
  deps: DatasetDeps,
  { window, precision, golden }: CollectOptions,
  db: DuckDBConnection,
  rejects: Rejects,
  dir: string,
): Promise<Collected> {
  const { definition, features } = deps.model;
  const spec = compileSpec(definition, features);
  const found = await listKeys(deps.store, deps.rawBucket, definition.name, window);
  const { sources, unknown } = await download(deps.store, deps.rawBucket, found, dir);
  const notes = unknown.map((key) => `${key}: not a raw file (parquet, csv or jsonl)`);
  const table = createTable(spec.features, precision);
  const tally = new Tally(spec.features.length);
  const intake = new Intake({ definition, spec, window, table, tally, rejects, golden });
  const { entity, eventTime } = definition;
  const wanted = { columns: requiredColumns(definition, spec), entity, eventTime };
  const ignored = new Set<string>();
  for (const source of sources) {
    const read = tally.of(source.date).read;
    if (source.bytes > 0) {
      const file = await openRaw(db, source, definition.data.delimiter, wanted);
      for (const c of file.columns) if (!wanted.columns.includes(c)) ignored.add(c);
      await intake.file(source, file).catch((e: unknown) => {
        throw e instanceof CoalmineError ? e : unreadable(source, e);
      });
    }
    if (tally.of(source.date).read === read) notes.push(`${source.key}: empty`);
    // What is read is not needed twice: scratch space is bounded.
    await rm(source.path, { force: true });
  }
  if (ignored.size > 0) notes.push(`ignored columns: ${[...ignored].sort().join(', ')}`);
  for (const note of notes) deps.note(note);
  if (tally.total().read === 0) {
    const { from, to } = isoWindow(window);
    throw new CoalmineError(
      'EmptyWindow',
      `no raw rows of ${definition.name} from ${from} to ${to}: ${sources.length} files under ` +
        `s3://${deps.rawBucket}/${definition.name}/dt=…/ (${notes.length} empty or of another format)`,
    );
  }
  return { table, tally, rejects, sources, spec, notes, db, dir };
}
