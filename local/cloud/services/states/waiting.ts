import { setMaxListeners } from 'node:events';
import type { VirtualClock } from '../../clock.ts';

/** Settles as `promise` does, or rejects with the signal's reason if that comes first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      // How it ends is nobody's business any more, but an unheard rejection would end this process.
      promise.catch(() => {});
      return reject(signal.reason);
    }
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** A signal that aborts with its parent, and by itself. */
export function childSignal(parent: AbortSignal): AbortController {
  const child = new AbortController();
  setMaxListeners(0, child.signal);
  const follow = () => child.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  child.signal.addEventListener('abort', () => parent.removeEventListener('abort', follow), { once: true });
  return child;
}

/** Lets virtual time pass for `ms`, or until the signal. */
export async function sleep(
  clock: VirtualClock,
  ms: number,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  let fire = () => {};
  const rung = new Promise<void>((resolve) => {
    fire = resolve;
  });
  const timer = clock.after(ms, what, () => fire());
  try {
    await clock.suspend(abortable(rung, signal));
  } finally {
    timer.cancel();
  }
}

/**
 * Runs `work` as work of its own on the clock and lets time pass until it ends or the signal comes: work that takes
 * virtual time can then be given up without holding or freeing the time of the one who waited.
 */
export function detached<T>(
  clock: VirtualClock,
  what: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const settled = new Promise<T>((resolve, reject) => {
    clock.spawn(what, () => work().then(resolve, reject));
  });
  return clock.suspend(abortable(settled, signal));
}

/** Runs `work` with a signal that aborts with `reason()` after `ms` of virtual time (never if undefined). */
export async function withDeadline<T>(
  clock: VirtualClock,
  ms: number | undefined,
  parent: AbortSignal,
  reason: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return work(parent);
  const controller = childSignal(parent);
  const timer = clock.after(ms, 'time-out', () => controller.abort(reason()));
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
  }
}
