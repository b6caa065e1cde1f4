import { createRandom } from '../../random.ts';
import type { Randomness } from '../../types.ts';

/**
 * Chance by function and purpose. How many processes run at once depends on how fast this machine is; with streams of
 * their own, what one function or purpose draws does not move what another draws, and a seed gives the same history.
 */
export class Streams {
  readonly #seed: number;
  readonly #streams = new Map<string, Randomness>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  of(
    functionName: string,
    purpose: 'routing' | 'faults' | 'requests' | 'environments' | 'revisions' | 'latency',
  ): Randomness {
    const name = `${functionName} ${purpose}`;
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = createRandom(this.#seed, name);
      this.#streams.set(name, stream);
    }
    return stream;
  }
}
