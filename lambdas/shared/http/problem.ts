import type { Problem } from '../../../contracts/prediction.ts';

/** What an API handler answers API Gateway (Lambda proxy integration, payload version 1.0). */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type FieldError = NonNullable<Problem['errors']>[number];

/** Titles by status: RFC 9457 asks that a title does not change from one occurrence to the next. */
const TITLES = {
  400: 'Invalid request',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Body too large',
  500: 'Internal error',
  503: 'No champion yet',
} as const;
export type ProblemStatus = keyof typeof TITLES;

/**
 * An RFC 9457 problem. Its type is `about:blank`'s counterpart by status, relative so that it needs no registered
 * domain: clients match on `status` and `errors[].field`.
 */
export function problem(
  status: ProblemStatus,
  detail: string,
  options: {
    readonly errors?: readonly FieldError[];
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): HttpAnswer {
  const title = TITLES[status];
  const body: Problem = {
    type: `/problems/${title.toLowerCase().replaceAll(' ', '-')}`,
    title,
    status,
    detail,
    ...(options.errors && { errors: options.errors }),
  };
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', ...options.headers },
    body: JSON.stringify(body),
  };
}

/** A client error, thrown while a request is read and answered as it is. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly answer: HttpAnswer;
  constructor(answer: HttpAnswer) {
    super(answer.body);
    this.answer = answer;
  }
}

/** At most 64 characters of a wrong value, for `got`. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 64 ? `${text.slice(0, 63)}…` : text;
}
