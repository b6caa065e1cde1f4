import type { Service } from '../../types.ts';
import type { AlarmHistoryItem } from './alarm.ts';
import type { AlarmState } from './evaluation.ts';

/** A point of a series: the period's begin in epoch milliseconds, and its value. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** CloudWatch, as other services of this cloud and the rehearsal know it. Times are virtual epoch milliseconds. */
export interface CloudWatchService extends Service {
  record(
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
    unit: string,
    atMs: number,
  ): void;
  /** Takes a document in the embedded metric format. */
  ingestEmf(doc: object, atMs: number): void;
  /** Points of a metric in [from, to), oldest first; periods without data have none. */
  series(
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
    stat: string,
    periodSeconds: number,
    from: number,
    to: number,
  ): Point[];
  /** Changes of state and performed actions of one alarm, or of all, oldest first. */
  alarmHistory(name?: string): AlarmHistoryItem[];
  alarmStates(): Readonly<Record<string, AlarmState>>;
}
