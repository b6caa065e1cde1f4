import type { RawRecord } from '../../contracts/features.ts';

/** One event of a world: what is asked of the model when it happens, and the truth that is known later. */
export interface WorldEvent {
  /** Virtual epoch milliseconds. */
  readonly at: number;
  readonly id: string;
  readonly entity: string;
  /** Raw features as the API takes them. */
  readonly features: RawRecord;
  readonly label: 0 | 1;
  /** When the label becomes known, virtual epoch milliseconds. */
  readonly outcomeAt: number;
}

/** One day of raw data: the file for `keys.rawPartition(model, date)`. */
export interface RawPartition {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly file: string;
  readonly body: string;
  readonly rows: number;
}

/** A stretch of life that a model is rehearsed in. Pure: the same seed and arguments give the same events. */
export interface World {
  readonly model: string;
  /** Raw partition of one UTC day (epoch milliseconds of its midnight). */
  partition(day: number): RawPartition;
  /** Events in [from, to). */
  events(from: number, to: number): WorldEvent[];
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const isoDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
