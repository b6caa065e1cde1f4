/** An error inside an execution: what `Retry` and `Catch` match on, and what the execution ends with. */
export class StateError extends Error {
  readonly error: string;
  override readonly cause: string;
  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = 'StateError';
    this.error = error;
    this.cause = cause;
  }
}

/** The execution was ended from outside a state: stopped, out of time, or a sibling branch failed. Nothing catches it. */
export class Halted extends Error {
  override readonly name = 'Halted';
}

/** A state's result may be 256 KiB at most. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/** @throws StateError States.DataLimitExceeded */
export function checkSize(value: unknown, what: string): void {
  const text = JSON.stringify(value) ?? '';
  // A UTF-16 unit takes three bytes at most: most payloads need no count.
  if (text.length * 3 <= MAX_PAYLOAD_BYTES) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAYLOAD_BYTES)
    throw new StateError(
      'States.DataLimitExceeded',
      `${what} has ${bytes} bytes; a state passes ${MAX_PAYLOAD_BYTES} at most`,
    );
}
