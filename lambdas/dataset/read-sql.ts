import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { RawRecord } from '../../contracts/features.ts';
import type { Batch, Wanted } from './batch.ts';
import { entityHashSql, identifier } from './duck.ts';
import { parseEventTime } from './window.ts';

/** A column of a raw file and its DuckDB type. */
export interface TypedColumn {
  readonly name: string;
  readonly type: string;
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;
const TIME = /^(DATE|TIMESTAMP.*)$/;

/**
 * A column as the API would get it: numbers as DOUBLE, times as ISO 8601 in UTC, booleans as they are, the rest as
 * text. Missing becomes NaN or '', which mean missing to the feature parser, because testing a validity bit from
 * JavaScript costs more than reading the value.
 */
function rawSql({ name, type }: TypedColumn): string {
  const column = identifier(name);
  if (NUMERIC.test(type)) return `coalesce(CAST(${column} AS DOUBLE), 'nan'::DOUBLE)`;
  if (TIME.test(type)) return `coalesce(strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ'), '')`;
  return type === 'BOOLEAN' ? column : `coalesce(CAST(${column} AS VARCHAR), '')`;
}

/**
 * Streams the wanted columns of a table expression as batches of one DuckDB chunk (2048 rows). The next chunk is made
 * on DuckDB's threads while the caller works on this one.
 */
export async function* streamBatches(
  db: DuckDBConnection,
  from: string,
  columns: readonly TypedColumn[],
  wanted: Wanted,
): AsyncGenerator<Batch> {
  const read = columns.filter((c) => wanted.columns.includes(c.name));
  const entity = columns.some((c) => c.name === wanted.entity)
    ? entityHashSql(identifier(wanted.entity))
    : '0::UBIGINT';
  // Times that are typed need not become text to be parsed again.
  const typed = columns.find((c) => c.name === wanted.eventTime && TIME.test(c.type));
  const time = typed
    ? `coalesce(CAST(epoch_ms(CAST(${identifier(typed.name)} AS TIMESTAMP)) AS DOUBLE), 'nan'::DOUBLE)`
    : `'nan'::DOUBLE`;
  const list = [...read.map(rawSql), entity, time].join(', ');
  const result = await db.stream(`SELECT ${list} FROM ${from}`);
  const batch = new ChunkBatch(
    read.map((c) => c.name),
    typed ? undefined : wanted.eventTime,
  );
  let next = result.fetchChunk();
  for (;;) {
    const chunk = await next;
    if (!chunk || chunk.rowCount === 0) return;
    next = result.fetchChunk();
    next.catch(() => {}); // awaited in the next turn; the caller may stop before
    yield batch.show(chunk);
  }
}

type Read = (row: number) => unknown;

class ChunkBatch implements Batch {
  rows = 0;
  first = 1;
  readonly #index: ReadonlyMap<string, number>;
  #columns: Read[] = [];
  #entity: Read = () => 0n;
  #time: Read = () => Number.NaN;
  /** Column with the event time as text or number; undefined when DuckDB knows it as a time. */
  readonly #timeColumn: string | undefined;
  #row = 0;
  readonly #record: RawRecord;

  constructor(names: readonly string[], timeColumn: string | undefined) {
    this.#timeColumn = timeColumn;
    this.#index = new Map(names.map((n, i) => [n, i]));
    const record = {};
    names.forEach((name, i) => {
      const get = () => {
        const value = this.#columns[i]?.(this.#row);
        // JSON, which the API takes, has null for what files have as NaN or ''.
        return value === '' || Number.isNaN(value) ? null : value;
      };
      Object.defineProperty(record, name, { get, enumerable: true });
    });
    this.#record = record;
  }

  show(chunk: DuckDBDataChunk): this {
    this.first += this.rows;
    this.rows = chunk.rowCount;
    const read = (i: number): Read => {
      const vector = chunk.getColumnVector(i);
      return (row) => vector.getItem(row);
    };
    this.#columns = Array.from({ length: this.#index.size }, (_, i) => read(i));
    this.#entity = read(this.#index.size);
    this.#time = this.#timeColumn === undefined ? read(this.#index.size + 1) : this.#parsed(this.#timeColumn);
    return this;
  }

  column(name: string): Read {
    return this.#columns[this.#index.get(name) ?? -1] ?? (() => null);
  }

  record(row: number): RawRecord {
    this.#row = row;
    return this.#record;
  }

  #parsed(column: string): Read {
    const raw = this.column(column);
    return (row) => parseEventTime(raw(row));
  }

  time(row: number): number {
    return this.#time(row) as number;
  }

  entity(row: number): bigint {
    return this.#entity(row) as bigint;
  }
}
