import { CoalmineError } from '../shared/errors.ts';
import type { Tally } from './tally.ts';

/** The data failed its gates; carries the counts for the event that says so. */
export class Rejected extends CoalmineError {
  readonly counts: { rows: number; rejected: number; rejectedBy: Record<string, number> };
  constructor(failures: readonly string[], tally: Tally) {
    super('DatasetRejected', failures.join('; '));
    const { accepted, rejected } = tally.total();
    this.counts = { rows: accepted, rejected, rejectedBy: tally.rejectedBy };
  }
}
