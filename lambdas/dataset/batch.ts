import type { RawRecord } from '../../contracts/features.ts';

/** Some raw rows of one file, by column. Values are read lazily: text that nobody reads is never decoded. */
export interface Batch {
  readonly rows: number;
  /** Number of the first row in its file, from 1. */
  readonly first: number;
  /** Raw values of a column that the file has. Missing is null, undefined, NaN or ''. */
  column(name: string): (row: number) => unknown;
  /**
   * One row as the API would get it. The object may be the same for every call: use it before the next.
   */
  record(row: number): RawRecord;
  /** Hash of the entity, its first 64 bits; 0n where it is missing. */
  entity(row: number): bigint;
  /** Event time in epoch milliseconds; NaN where it is missing or no time. */
  time(row: number): number;
}

/** A row that could not even be split into columns. */
export interface Malformed {
  readonly row: number;
  readonly reason: string;
  readonly raw: string;
}

/** One raw file, open for reading. */
export interface RawFile {
  /** Columns in the file. */
  readonly columns: readonly string[];
  batches(): AsyncIterable<Batch>;
  /** Malformed rows; complete once the batches have been read. */
  malformed(): Promise<readonly Malformed[]>;
}

/** Columns that freeze reads from a raw file. */
export interface Wanted {
  readonly columns: readonly string[];
  readonly entity: string;
  readonly eventTime: string;
}

/** 64 bits as 16 hex digits. */
export const hexOf = (entity: bigint): string => entity.toString(16).padStart(16, '0');
