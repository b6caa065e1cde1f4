import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';

/** A timer of the virtual clock. */
export interface Timer {
  cancel(): void;
}

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly what: string;
  readonly run: () => unknown;
}

/** One piece of work in flight; it holds time still unless it, or work inside it, is suspended. */
class Scope {
  suspended = 0;
  readonly parent: Scope | undefined;
  readonly what: string;
  constructor(parent: Scope | undefined, what: string) {
    this.parent = parent;
    this.what = what;
  }
}

/**
 * Virtual time for a world in which real work happens: child processes, HTTP, disk.
 *
 * Time stands still while any work is in flight and jumps to the next timer when none is. Work is what runs inside
 * {@link busy}; work that waits for virtual time or for somebody outside releases its hold with {@link sleep} or
 * {@link suspend}. Timers of one instant run in the order they were set, one after the other, each to its end, so that
 * the same program gives the same history.
 */
export class VirtualClock {
  #now: number;
  #order = 0;
  #timers: Pending[] = [];
  readonly #scopes = new Set<Scope>();
  readonly #current = new AsyncLocalStorage<Scope>();
  readonly #failures: unknown[] = [];
  #waiting: (() => void)[] = [];

  /** @param start virtual epoch milliseconds */
  constructor(start: number) {
    this.#now = start;
  }

  /** Virtual epoch milliseconds. */
  now(): number {
    return this.#now;
  }

  iso(): string {
    return new Date(this.#now).toISOString();
  }

  /** Runs `run` at virtual time `at` (at once if it is past). */
  at(at: number, what: string, run: () => unknown): Timer {
    const timer: Pending = { at: Math.max(at, this.#now), order: this.#order++, what, run };
    let i = this.#timers.length;
    while (i > 0 && this.#timers[i - 1]!.at > timer.at) i--;
    this.#timers.splice(i, 0, timer);
    this.#wake();
    return {
      cancel: () => {
        const found = this.#timers.indexOf(timer);
        if (found >= 0) this.#timers.splice(found, 1);
      },
    };
  }

  /** Runs `run` `ms` virtual milliseconds from now. */
  after(ms: number, what: string, run: () => unknown): Timer {
    return this.at(this.#now + ms, what, run);
  }

  /**
   * Holds time still until `work` has settled. Branches that run side by side inside it and sleep must each be `busy`
   * by themselves: a sleep releases the hold of all that surrounds it, the siblings' not.
   */
  async busy<T>(what: string, work: () => Promise<T> | T): Promise<T> {
    const scope = new Scope(this.#current.getStore(), what);
    this.#scopes.add(scope);
    try {
      return await this.#current.run(scope, async () => await work());
    } finally {
      this.#scopes.delete(scope);
      this.#wake();
    }
  }

  /**
   * Starts work that nobody awaits (an execution, a delivery). A rejection is a defect of the simulator and is thrown
   * from {@link advanceTo}.
   */
  spawn(what: string, work: () => Promise<unknown>): void {
    // Outside the caller's scope: the work lives on when the caller sleeps or ends.
    this.#current.exit(() => {
      this.busy(what, work).catch((e) => this.#failures.push(e));
    });
  }

  /** Lets time pass while `waiting` is awaited; on return time is held again by the surrounding work. */
  async suspend<T>(waiting: Promise<T>): Promise<T> {
    const chain: Scope[] = [];
    for (let s = this.#current.getStore(); s; s = s.parent) chain.push(s);
    for (const s of chain) s.suspended++;
    this.#wake();
    try {
      return await waiting;
    } finally {
      for (const s of chain) s.suspended--;
    }
  }

  /** Waits `ms` of virtual time. */
  sleep(ms: number, what = 'sleep'): Promise<void> {
    return this.suspend(new Promise<void>((resolve) => this.after(ms, what, resolve)));
  }

  /** What holds time still now; for diagnosis. */
  inFlight(): string[] {
    return [...this.#scopes].filter((s) => s.suspended === 0).map((s) => s.what);
  }

  /** Virtual time of the next timer, or undefined. */
  nextAt(): number | undefined {
    return this.#timers[0]?.at;
  }

  /**
   * Advances to virtual time `to`, running every timer on the way. Call it from outside any work.
   * @throws the first failure of spawned work or of a timer
   */
  async advanceTo(to: number): Promise<void> {
    for (;;) {
      await this.idle();
      const next = this.#timers[0];
      if (!next || next.at > to) break;
      this.#timers.shift();
      this.#now = next.at;
      await this.#current.exit(() => this.#runTimer(next));
    }
    this.#now = Math.max(this.#now, to);
  }

  /** Advances timer by timer until `done()` holds; false if it does not by virtual time `limit`. */
  async advanceUntil(done: () => boolean, limit: number): Promise<boolean> {
    for (;;) {
      await this.idle();
      if (done()) return true;
      const next = this.#timers[0]?.at;
      if (next === undefined || next > limit) return false;
      await this.advanceTo(next);
    }
  }

  /**
   * Resolves when no work is in flight. Call it from outside any work.
   * @throws the first failure of spawned work or of a timer; Error when called from work, which would wait for itself
   */
  async idle(): Promise<void> {
    const own = this.#current.getStore();
    if (own && own.suspended === 0 && this.#scopes.has(own)) {
      throw new Error(`'${own.what}' cannot advance the clock: it holds time still itself`);
    }
    for (;;) {
      // Two turns of the event loop let continuations of what has just settled begin their next work.
      await setImmediate();
      await setImmediate();
      if (this.#failures.length > 0) throw this.#failures.shift();
      if (this.inFlight().length === 0) return;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  async #runTimer(timer: Pending): Promise<void> {
    // Not awaited to its end: a timer may start work that sleeps. `idle` waits for what is in flight.
    this.spawn(timer.what, async () => await timer.run());
    await Promise.resolve();
  }
}
