import { createHash } from 'node:crypto';
import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunkWriter } from '@duckdb/node-api';
import { literal } from './duck.ts';

/** Longest raw text kept of one rejected row, in characters. */
const MAX_RAW = 10_000;

/**
 * Rejected rows with reason, source object, row number and raw text, kept in DuckDB (which spills to disk) because a
 * broken feed may reject every row.
 */
export class Rejects {
  readonly #db: DuckDBConnection;
  readonly #appender: DuckDBAppender;
  readonly #writer: DuckDBDataChunkWriter;
  readonly #hash = createHash('sha256');

  private constructor(db: DuckDBConnection, appender: DuckDBAppender) {
    this.#db = db;
    this.#appender = appender;
    this.#writer = DuckDBDataChunkWriter.forAppender(appender);
  }

  static async open(db: DuckDBConnection): Promise<Rejects> {
    await db.run('CREATE TABLE rejects (reason VARCHAR, source VARCHAR, row_number INTEGER, raw VARCHAR)');
    return new Rejects(db, await db.createAppender('rejects'));
  }

  /** @param row number of the row in its source, from 1 */
  add(reason: string, source: string, row: number, raw: string): void {
    const kept = raw.slice(0, MAX_RAW);
    this.#writer.appendRow([reason, source, row, kept]);
    this.#hash.update(`${JSON.stringify([reason, source, row, kept])}\n`);
  }

  /** Hash of every reject so far, in order. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async write(path: string): Promise<void> {
    this.#writer.flush();
    this.#appender.flushSync();
    await this.#db.run(`COPY rejects TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
  }

  close(): void {
    this.#appender.closeSync();
  }
}
