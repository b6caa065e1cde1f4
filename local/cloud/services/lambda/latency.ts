import type { Randomness } from '../../types.ts';

/** Median of the latency that a handler measures of itself, milliseconds, and the spread of its logarithm. */
const MEDIAN_MS = 3;
const SIGMA = 0.4;

/**
 * Milliseconds that an invocation takes by its own clock: log-normal, drawn from the seed. A stand-in that is said to
 * be one: the real time of this machine on this day would make two runs with one seed differ, and an overloaded
 * laptop trip alarms. What the handlers really take is measured by the benches.
 */
export function drawLatency(random: Randomness): number {
  // Box and Muller (1958).
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return MEDIAN_MS * Math.exp(SIGMA * normal);
}
