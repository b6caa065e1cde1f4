/** A fault that holds for the next `left` of what it matches. */
interface Fault<T> {
  left: number;
  readonly match: (of: T) => boolean;
}

/** Faults of one kind, in the order in which they were laid. */
export class Faults<T> {
  readonly #faults = new Set<Fault<T>>();

  /** @returns takes the fault back */
  lay(times: number, match: (of: T) => boolean): () => void {
    const fault = { left: times, match };
    this.#faults.add(fault);
    return () => this.#faults.delete(fault);
  }

  /** Whether one strikes now; it is used up by that. */
  strikes(of: T): boolean {
    const fault = [...this.#faults].find((f) => f.left > 0 && f.match(of));
    if (fault) fault.left--;
    return fault !== undefined;
  }
}
