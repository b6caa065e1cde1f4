import type { Ended, Outcome } from './environment.ts';
import type { Report } from './telemetry.ts';

/** Largest payload of a synchronous invocation or answer: 6 MB and what Lambda adds to it. */
export const PAYLOAD_LIMIT_BYTES = 6_291_556;

/** What a caller gets of an invocation. */
export interface Answer {
  readonly payload: Buffer;
  readonly failed: boolean;
  readonly status: Report['status'];
  /** Line that the platform adds to the log. */
  readonly note?: string;
}

/**
 * Puts the end of an invocation into Lambda's words.
 * @param seconds the function's time-out
 * @param at ISO 8601
 */
export function answerOf(outcome: Outcome, requestId: string, seconds: number, at: string): Answer {
  switch (outcome.kind) {
    case 'response':
      if (outcome.payload.length > PAYLOAD_LIMIT_BYTES)
        return failure(
          'Function.ResponseSizeTooLarge',
          `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT_BYTES} bytes).`,
          'error',
        );
      return { payload: outcome.payload, failed: false, status: 'success' };
    case 'error':
      return { payload: outcome.payload, failed: true, status: 'error' };
    case 'exit': {
      const message = `RequestId: ${requestId} Error: Runtime exited with error: ${outcome.how}`;
      return { ...failure('Runtime.ExitError', message, 'failure'), note: message };
    }
    case 'timeout': {
      const text = `Task timed out after ${seconds.toFixed(2)} seconds`;
      return {
        ...failure('Sandbox.Timedout', `RequestId: ${requestId} Error: ${text}`, 'timeout'),
        note: `${at} ${requestId} ${text}`,
      };
    }
  }
}

/** Signals as Lambda spells them. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};
/** How a process ended, as Lambda says it. */
export const howEnded = (code: number | null, signal: string | null): string =>
  signal ? `signal: ${SIGNALS[signal] ?? signal}` : `exit status ${code}`;

const failure = (errorType: string, errorMessage: string, status: Report['status']): Answer => ({
  payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
  failed: true,
  status,
});

/** An invocation that never reached a process, for faults. */
export const without = (outcome: Outcome): Ended => ({ outcome, lines: [], rssBytes: 0 });
