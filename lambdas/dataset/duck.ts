import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** A DuckDB in memory for one invocation; times are UTC and insertion order is kept, so that bytes are reproducible. */
export async function openDuck(
  tempDir: string,
  memory = '768MB',
): Promise<{
  readonly db: DuckDBConnection;
  readonly close: () => void;
}> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    temp_directory: tempDir,
    preserve_insertion_order: 'true',
  });
  const db = await instance.connect();
  await db.run("SET TimeZone = 'UTC'");
  return {
    db,
    close: () => {
      db.closeSync();
      instance.closeSync();
    },
  };
}

/** A name as SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** A text as SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** SQL of the first 64 bits of the entity's sha256, as `hashEntity` does it; 0 for a missing entity. */
export const entityHashSql = (column: string): string =>
  `coalesce(CAST('0x' || substr(sha256(nullif(CAST(${column} AS VARCHAR), '')), 1, 16) AS UBIGINT), 0::UBIGINT)`;
