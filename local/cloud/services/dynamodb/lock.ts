/** Runs work one after the other, in the order it was asked for. */
export class Lock {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    // A failure is the caller's; who comes next starts anyway.
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
