// Virtual time inside an execution environment.
//
// Date stands still at the virtual instant of the invocation, so that a history can be repeated; only after half a real
// minute it goes on, so that a loop which waits for the clock comes to its end. Elapsed time (performance.now,
// process.hrtime), with which handlers measure themselves, stands still likewise but for one step between the first
// reading and all later ones: the latency that the invocation was given, drawn from the seed, and what a `slow` fault
// adds. Real elapsed time would be that of this machine on this day, and two runs would differ.

const RealDate = Date;
const realNow = performance.now.bind(performance);

/** Real milliseconds of an invocation during which Date stands still; what ends by itself is over by then. */
const STILL_MS = 30_000;

let instant = RealDate.now();
let begun = realNow();
/** Where elapsed time began. */
const origin = realNow();
let added = 0;
let pending = 0;
/** By how much the clocks of earlier invocations had gone on: elapsed time never goes back. */
let caughtUp = 0;

/** Milliseconds added so far; the first reading of an invocation does not see what is pending yet. */
function addedMs() {
  const before = added;
  added += pending;
  pending = 0;
  return before;
}

/** Real milliseconds by which a long invocation's clocks have gone on. */
const goneOn = () => Math.max(0, realNow() - begun - STILL_MS);
const virtualNow = () => instant + Math.floor(goneOn());
/** Elapsed milliseconds of this process, virtual. */
const monotonic = () => origin + addedMs() + caughtUp + goneOn();

const nanoseconds = () => BigInt(Math.round(monotonic() * 1e6));

/** Replaces the clocks of this process; time stands still at virtual epoch milliseconds `start`. */
export function installClock(start) {
  instant = start;
  begun = realNow();
  class VirtualDate extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(virtualNow());
      else super(...parts);
    }
    static now() {
      return virtualNow();
    }
  }
  Object.defineProperty(VirtualDate, 'name', { value: 'Date' });
  // `Date()` without `new` returns text; a class cannot be called, hence the proxy.
  globalThis.Date = new Proxy(VirtualDate, { apply: () => new RealDate(virtualNow()).toString() });
  RealDate.prototype.constructor = globalThis.Date;

  performance.now = monotonic;
  const hrtime = (since) => {
    const ns = nanoseconds();
    const now = [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
    if (since === undefined) return now;
    let [seconds, nanos] = [now[0] - since[0], now[1] - since[1]];
    if (nanos < 0) [seconds, nanos] = [seconds - 1, nanos + 1e9];
    return [seconds, nanos];
  };
  hrtime.bigint = nanoseconds;
  process.hrtime = hrtime;
}

/** Begins an invocation at virtual epoch milliseconds `at` that takes `ms`, as its own clock sees it. */
export function beginInvocation(at, ms) {
  caughtUp += goneOn();
  instant = at;
  begun = realNow();
  pending = ms;
}

/** Ends it: slowness that the handler never looked at has passed all the same. */
export function endInvocation() {
  addedMs();
}

/** Milliseconds of elapsed time so far, slowness included, without spending what is pending. */
export const elapsed = () => realNow() + added;
