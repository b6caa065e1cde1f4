/**
 * Exit codes, for scripts:
 * 0 done; 1 AWS or the network failed; 2 wrong usage; 3 there is no such model, version or run; 4 not confirmed;
 * 5 what was waited for ended badly.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, unconfirmed: 4, endedBadly: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is made for the person who typed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
export const notFound = (message: string) => new CommandError(EXIT.notFound, message);
export const usage = (message: string) => new CommandError(EXIT.usage, message);
