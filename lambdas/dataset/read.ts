import type { DuckDBConnection } from '@duckdb/node-api';
import { CoalmineError } from '../shared/errors.ts';
import type { RawFile, Wanted } from './batch.ts';
import { literal } from './duck.ts';
import { openCsv } from './read-csv.ts';
import { openJsonl } from './read-jsonl.ts';
import { streamBatches, type TypedColumn } from './read-sql.ts';
import type { Source } from './sources.ts';

/**
 * Opens one raw file by its format.
 * @throws CoalmineError DatasetRejected naming the object when it cannot be read as what its key says it is
 */
export async function openRaw(
  db: DuckDBConnection,
  source: Source,
  delimiter: string,
  wanted: Wanted,
): Promise<RawFile> {
  try {
    if (source.format === 'csv') return await openCsv(db, source.path, delimiter, wanted);
    if (source.format === 'jsonl') return await openJsonl(source.path, wanted);
    return await openParquet(db, source.path, wanted);
  } catch (e) {
    throw unreadable(source, e);
  }
}

export const unreadable = (source: Source, cause: unknown): CoalmineError =>
  new CoalmineError(
    'DatasetRejected',
    `${source.key} (version ${source.versionId}) is not readable as ${source.format}: ` +
      `${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

async function openParquet(db: DuckDBConnection, path: string, wanted: Wanted): Promise<RawFile> {
  const from = `read_parquet(${literal(path)})`;
  const described = await db.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  const columns: TypedColumn[] = described
    .getRows()
    .map(([name, type]) => ({ name: String(name), type: String(type) }));
  return {
    columns: columns.map((c) => c.name),
    batches: () => streamBatches(db, from, columns, wanted),
    malformed: async () => [],
  };
}
