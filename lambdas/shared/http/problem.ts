import type { Problem } from '../../../contracts/prediction.ts';

/** What an API handler answers API Gateway (Lambda proxy integration, payload version 1.0). */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type FieldError = NonNullable<Problem['errors']>[number];

/** The phrases of RFC 9110: with the type `about:blank`, RFC 9457 asks for them as titles. */
const TITLES = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
export type ProblemStatus = keyof typeof TITLES;

/**
 * An RFC 9457 problem, in the form that API Gateway answers its own in: clients match on `status` and
 * `errors[].field`.
 */
export function problem(
  status: ProblemStatus,
  detail: string,
  options: {
    readonly errors?: readonly FieldError[];
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): HttpAnswer {
  const body: Problem = {
    type: 'about:blank',
    title: TITLES[status],
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
