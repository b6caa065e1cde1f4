import { AwsError, type Caller, type Shape } from './types.ts';

/** A call that is about to be made. */
export interface Target {
  readonly service: string;
  readonly operation: string;
  readonly caller: Caller;
  readonly input: Shape;
}

/**
 * What goes wrong with API calls. Faults of execution environments (slow, crash, hang) are the Lambda service's.
 *
 * - `deny`: AccessDenied, whatever the policies say.
 * - `throttle`: the service's throttling error; SDKs and state machines retry it.
 * - `lose-store`: the service does not answer: 503, until the fault is taken back.
 * - `lose-answer`: the service does what is asked, but its answer gets lost: the caller sees a 503 all the same.
 */
export interface Fault {
  readonly kind: 'deny' | 'throttle' | 'lose-store' | 'lose-answer';
  /** Signing name. */
  readonly service: string;
  /** All operations if left out. */
  readonly operation?: string;
  /** Only calls for which it holds. */
  readonly match?: (target: Target) => boolean;
  /** Only so many calls, then the fault is over. */
  readonly times?: number;
}

/** Names of throttling errors where a service has its own; SDKs and state machines match on them. */
const THROTTLING: Readonly<Record<string, readonly [name: string, status: number]>> = {
  lambda: ['TooManyRequestsException', 429],
  s3: ['SlowDown', 503],
};

function errorOf(fault: Fault, { service, operation }: Target): AwsError {
  const what = `${service}:${operation}`;
  if (fault.kind === 'deny') return new AwsError('AccessDenied', `${what} is denied (injected fault)`, 403);
  if (fault.kind === 'lose-store' || fault.kind === 'lose-answer') {
    return new AwsError('ServiceUnavailable', `${service} does not answer (injected fault)`, 503);
  }
  const [name, status] = THROTTLING[service] ?? ['ThrottlingException', 400];
  return new AwsError(name, `Rate exceeded for ${what} (injected fault)`, status);
}

/** The faults in force. */
export class Faults {
  readonly #active = new Map<Fault, { left: number }>();

  /** Puts a fault in force; the returned function takes it back. */
  inject(fault: Fault): () => void {
    this.#active.set(fault, { left: fault.times ?? Number.POSITIVE_INFINITY });
    return () => {
      this.#active.delete(fault);
    };
  }

  /**
   * Strikes a call before it is carried out.
   * @throws AwsError of the first fault that strikes it
   * @returns what to throw when it has been carried out, if its answer gets lost
   */
  check(target: Target): AwsError | undefined {
    for (const [fault, state] of this.#active) {
      if (fault.service !== target.service) continue;
      if (fault.operation !== undefined && fault.operation !== target.operation) continue;
      if (fault.match && !fault.match(target)) continue;
      if (--state.left <= 0) this.#active.delete(fault);
      if (fault.kind === 'lose-answer') return errorOf(fault, target);
      throw errorOf(fault, target);
    }
    return undefined;
  }
}
