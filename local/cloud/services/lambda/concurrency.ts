import { AwsError } from '../../types.ts';
import type { FunctionRecord } from './records.ts';

/** Concurrent executions of an account by default (Lambda quotas); reserved concurrency is taken out of it. */
const ACCOUNT_LIMIT = 1000;
/** What Lambda keeps for functions without reserved concurrency. */
const MINIMUM_UNRESERVED = 100;

/** Counts requests in flight against reserved concurrency and the account's limit. */
export class Concurrency {
  readonly #inFlight = new Map<string, number>();
  readonly #all: () => FunctionRecord[];

  constructor(all: () => FunctionRecord[]) {
    this.#all = all;
  }

  of(fn: FunctionRecord): number {
    return this.#inFlight.get(fn.name) ?? 0;
  }

  /** Counts a request in. @throws AwsError TooManyRequestsException at the limit */
  enter(fn: FunctionRecord): void {
    const mine = this.of(fn);
    if (fn.reserved !== undefined) {
      if (mine >= fn.reserved) throw tooMany('ReservedFunctionConcurrentInvocationLimitExceeded');
    } else {
      const unreserved = this.#all().filter((f) => f.reserved === undefined);
      const busy = unreserved.reduce((n, f) => n + this.of(f), 0);
      if (busy >= this.#unreservedLimit()) throw tooMany('ConcurrentInvocationLimitExceeded');
    }
    this.#inFlight.set(fn.name, mine + 1);
  }

  leave(fn: FunctionRecord): void {
    this.#inFlight.set(fn.name, this.of(fn) - 1);
  }

  /** @throws AwsError InvalidParameterValueException if too little would be left for other functions */
  reserve(fn: FunctionRecord, reserved: number): void {
    const left = this.#unreservedLimit() + (fn.reserved ?? 0) - reserved;
    if (left < MINIMUM_UNRESERVED)
      throw new AwsError(
        'InvalidParameterValueException',
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MINIMUM_UNRESERVED}].`,
      );
    fn.reserved = reserved;
  }

  #unreservedLimit(): number {
    return this.#all().reduce((n, f) => n - (f.reserved ?? 0), ACCOUNT_LIMIT);
  }
}

const tooMany = (reason: string): AwsError =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
    Type: 'User',
    Reason: reason,
    retryAfterSeconds: '1',
  });
