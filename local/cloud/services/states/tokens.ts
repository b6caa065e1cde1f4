import type { VirtualClock } from '../../clock.ts';
import { AwsError, type Randomness } from '../../types.ts';
import { StateError } from './errors.ts';
import { abortable } from './waiting.ts';

/** The wait of one task for its answer from outside. */
export class Callback {
  readonly token: string;
  #resolve: (value: unknown) => void = () => {};
  #reject: (error: Error) => void = () => {};
  readonly #answered: Promise<unknown>;
  #beat: () => void = () => {};

  constructor(token: string) {
    this.token = token;
    this.#answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // An answer may come after the task gave up; nobody waits for it then.
    this.#answered.catch(() => {});
  }

  succeed(output: unknown): void {
    this.#resolve(output);
  }
  fail(error: StateError): void {
    this.#reject(error);
  }
  heartbeat(): void {
    this.#beat();
  }

  /** Lets time pass until the answer. @param heartbeat seconds between heartbeats at most */
  async wait(
    clock: VirtualClock,
    heartbeat: number | undefined,
    missed: () => StateError,
    signal: AbortSignal,
  ): Promise<unknown> {
    let timer: { cancel(): void } | undefined;
    this.#beat = () => {
      timer?.cancel();
      if (heartbeat !== undefined)
        timer = clock.after(heartbeat * 1000, 'heartbeat', () => this.fail(missed()));
    };
    this.#beat();
    try {
      return await clock.suspend(abortable(this.#answered, signal));
    } finally {
      timer?.cancel();
      this.#beat = () => {};
    }
  }
}

/** Task tokens that wait for SendTaskSuccess, SendTaskFailure or SendTaskHeartbeat. */
export class Tokens {
  readonly #waiting = new Map<string, Callback>();

  create(random: Randomness): Callback {
    const callback = new Callback(Buffer.from(`${random.uuid()}:${random.uuid()}`).toString('base64'));
    this.#waiting.set(callback.token, callback);
    return callback;
  }

  forget(token: string): void {
    this.#waiting.delete(token);
  }

  /** @throws AwsError TaskTimedOut when nobody waits for the token any more, InvalidToken when it never was one */
  find(token: string): Callback {
    const callback = this.#waiting.get(token);
    if (callback) return callback;
    const known = /^[A-Za-z0-9+/=]{90,}$/.test(token);
    throw known
      ? new AwsError('TaskTimedOut', 'Task Timed Out: the task is closed or its execution has ended')
      : new AwsError('InvalidToken', `Invalid Token: '${token}'`);
  }
}

export const taskFailure = (error: string | undefined, cause: string | undefined): StateError =>
  new StateError(error ?? '', cause ?? '');
