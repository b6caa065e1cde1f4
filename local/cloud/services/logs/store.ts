import type { Caller } from '../../types.ts';
import type { LineMatcher } from './json-pattern.ts';

export interface LogEvent {
  readonly id: string;
  readonly stream: string;
  /** Virtual epoch milliseconds. */
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
}

/** A destination of a group's lines. */
export interface Subscription {
  readonly name: string;
  readonly pattern: string;
  readonly matches: LineMatcher;
  readonly destinationArn: string;
  readonly caller: () => Caller;
  /** Matched and not yet sent, in order. */
  pending: LogEvent[];
  scheduled: boolean;
}
export interface MetricFilter {
  readonly name: string;
  readonly matches: LineMatcher;
  readonly record: (message: string, at: number) => void;
}

/** One log group: events in order of time, streams, what listens. */
export class LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly retentionMs: number;
  readonly kmsKey: string | undefined;
  readonly streams = new Set<string>();
  readonly subscriptions: Subscription[] = [];
  readonly metricFilters: MetricFilter[] = [];
  #events: LogEvent[] = [];

  constructor(name: string, arn: string, retentionMs: number, kmsKey?: string) {
    this.name = name;
    this.arn = arn;
    this.retentionMs = retentionMs;
    this.kmsKey = kmsKey;
  }

  append(event: LogEvent): void {
    // Lines come in order almost always; a late one is put where its time says.
    let i = this.#events.length;
    while (i > 0 && this.#events[i - 1]!.timestamp > event.timestamp) i--;
    if (i === this.#events.length) this.#events.push(event);
    else this.#events.splice(i, 0, event);
    this.streams.add(event.stream);
  }

  /** Index of the first event not before `time`. */
  firstAt(time: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.timestamp < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): LogEvent | undefined {
    return this.#events[index];
  }

  /** Drops what is older than the retention at `now`. */
  expire(now: number): void {
    const keep = this.firstAt(now - this.retentionMs);
    // In blocks: dropping one event at a time would copy the rest each time.
    if (keep > 10_000) this.#events = this.#events.slice(keep);
  }
}
