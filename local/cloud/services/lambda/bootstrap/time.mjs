// Virtual time inside an execution environment.
//
// Date stands still at the virtual instant of the invocation, so that a history can be repeated; only after half a real
// minute it goes on, so that a loop which waits for the clock comes to its end. Elapsed time
// (performance.now, process.hrtime) stays real, because handlers measure themselves with it; a `slow` fault adds to it
// between the handler's first reading and all later ones, which costs no wall time.

const RealDate = Date;
const realNow = performance.now.bind(performance);
const realBigint = process.hrtime.bigint.bind(process.hrtime);

/** Real milliseconds of an invocation during which Date stands still; what ends by itself is over by then. */
const STILL_MS = 30_000;

let instant = RealDate.now();
let begun = realNow();
let added = 0;
let pending = 0;

/** Milliseconds added so far; the first reading of an invocation does not see what is pending yet. */
function addedMs() {
  const before = added;
  added += pending;
  pending = 0;
  return before;
}

const virtualNow = () => instant + Math.floor(Math.max(0, realNow() - begun - STILL_MS));

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

  performance.now = () => realNow() + addedMs();
  const hrtime = (since) => {
    const ns = BigInt(Math.round(addedMs() * 1e6)) + realBigint();
    const now = [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
    if (since === undefined) return now;
    let [seconds, nanos] = [now[0] - since[0], now[1] - since[1]];
    if (nanos < 0) [seconds, nanos] = [seconds - 1, nanos + 1e9];
    return [seconds, nanos];
  };
  hrtime.bigint = () => BigInt(Math.round(addedMs() * 1e6)) + realBigint();
  process.hrtime = hrtime;
}

/** Begins an invocation at virtual epoch milliseconds `at`, slowed down by `slowMs`. */
export function beginInvocation(at, slowMs) {
  instant = at;
  begun = realNow();
  pending = slowMs;
}

/** Ends it: slowness that the handler never looked at has passed all the same. */
export function endInvocation() {
  addedMs();
}

/** Milliseconds of elapsed time so far, slowness included, without spending what is pending. */
export const elapsed = () => realNow() + added;
