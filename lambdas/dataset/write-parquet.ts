import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  FLOAT,
  UBIGINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { COLUMNS } from '../../contracts/names.ts';
import { identifier, literal } from './duck.ts';
import type { Table } from './table.ts';

/** One feature column on its way to a file: float32 codes and numbers, or parsed values. */
export type Values =
  | { readonly name: string; readonly type: 'float'; readonly values: Float32Array }
  | { readonly name: string; readonly type: 'double'; readonly values: Float64Array }
  | {
      readonly name: string;
      readonly type: 'text';
      readonly values: Int32Array;
      readonly categories: readonly string[];
    };

/** Rows of one DuckDB chunk. */
const CHUNK = 2048;
const TYPES: Record<Values['type'], DuckDBType> = { float: FLOAT, double: DOUBLE, text: VARCHAR };

/**
 * Writes rows [from, to) as Parquet: the features, then `label` (int), `event_time` (epoch milliseconds) and `entity`
 * (16 hex digits). One thread writes, so that the same rows give the same bytes.
 */
export async function writeParquet(
  db: DuckDBConnection,
  path: string,
  features: readonly Values[],
  rows: Pick<Table, 'label' | 'time' | 'entity'>,
  from: number,
  to: number,
): Promise<void> {
  const types = [...features.map((f) => TYPES[f.type]), UTINYINT, BIGINT, UBIGINT];
  const names = [...features.map((_, i) => `f${i}`), 'y', 't', 'e'];
  await db.run(`CREATE TABLE outgoing (${names.map((n, i) => `${n} ${types[i]}`).join(', ')})`);
  const appender = await db.createAppender('outgoing');
  for (let at = from; at < to; at += CHUNK) {
    const n = Math.min(CHUNK, to - at);
    const chunk = DuckDBDataChunk.create(types, n);
    features.forEach((f, i) => {
      fill(chunk, i, n, getter(f, at));
    });
    const f = features.length;
    fill(chunk, f, n, (r) => rows.label[at + r]!);
    fill(chunk, f + 1, n, (r) => BigInt(rows.time[at + r]!));
    fill(chunk, f + 2, n, (r) => rows.entity[at + r]!);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  const list = [
    ...features.map((f, i) => `f${i} AS ${identifier(f.name)}`),
    `CAST(y AS INTEGER) AS ${COLUMNS.label}`,
    `t AS ${COLUMNS.eventTime}`,
    `lpad(lower(to_hex(e)), 16, '0') AS ${COLUMNS.entity}`,
  ];
  await db.run('SET threads = 1');
  await db.run(
    `COPY (SELECT ${list.join(', ')} FROM outgoing) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  await db.run('RESET threads');
  await db.run('DROP TABLE outgoing');
}

function getter(f: Values, at: number): (r: number) => number | string | null {
  const { values } = f;
  if (f.type === 'text') return (r) => f.categories[values[at + r]!] ?? null;
  if (f.type === 'float') return (r) => values[at + r]!;
  return (r) => {
    const v = values[at + r]!;
    return Number.isNaN(v) ? null : v;
  };
}

function fill(
  chunk: DuckDBDataChunk,
  column: number,
  rows: number,
  get: (r: number) => number | bigint | string | null,
): void {
  const vector = chunk.getColumnVector(column);
  for (let r = 0; r < rows; r++) vector.setItem(r, get(r));
  vector.flush();
}
