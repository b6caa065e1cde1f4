import type { Catcher, Retrier } from './definition.ts';

/** Errors that nothing but their own name matches: they are not States.ALL (Amazon States Language, Errors). */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];
const TIMEOUTS = ['States.Timeout', 'States.HeartbeatTimeout'];

/**
 * Whether an `ErrorEquals` list matches an error. `States.ALL` is every error but the terminal ones;
 * `States.TaskFailed` every one but a time-out; `States.Timeout` is a missed heartbeat too.
 */
export function matches(errorEquals: readonly string[], error: string): boolean {
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return !TERMINAL.includes(error);
    if (name === 'States.TaskFailed') return !TIMEOUTS.includes(error) && !TERMINAL.includes(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

export const findCatcher = (catchers: readonly Catcher[] | undefined, error: string): Catcher | undefined =>
  catchers?.find((c) => matches(c.ErrorEquals, error));

/** Retries of one entry into a state. Every retrier counts for itself, as on AWS. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #tried: number[];
  readonly #random: () => number;
  /** Retries made so far, of all retriers: `$states.context.State.RetryCount`. */
  count = 0;

  /** @param random uniform in [0, 1), asked only where a retrier has full jitter */
  constructor(retriers: readonly Retrier[] | undefined, random: () => number) {
    this.#retriers = retriers ?? [];
    this.#tried = this.#retriers.map(() => 0);
    this.#random = random;
  }

  /**
   * Seconds to wait before the next attempt, or undefined if there is none: IntervalSeconds × BackoffRate^(retry − 1),
   * at most MaxDelaySeconds; with full jitter uniform in [0, that). Defaults: 1 s, rate 2, 3 attempts.
   */
  next(error: string): number | undefined {
    const i = this.#retriers.findIndex((r) => matches(r.ErrorEquals, error));
    const retrier = this.#retriers[i];
    if (!retrier || this.#tried[i]! >= (retrier.MaxAttempts ?? 3)) return undefined;
    const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** this.#tried[i]!;
    const delay = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
    this.#tried[i]!++;
    this.count++;
    return retrier.JitterStrategy === 'FULL' ? delay * this.#random() : delay;
  }
}
