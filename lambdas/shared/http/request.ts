import { ProblemError, problem, shown } from './problem.ts';

/** The part of an API Gateway proxy event (payload version 1.0) that the handlers read. */
export interface ApiEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly body: string | null;
  readonly isBase64Encoded?: boolean;
}

/**
 * Largest body, bytes. The largest definition has 500 features; at 100 bytes of name and value each, with the
 * envelope, that is below 64 KiB. It bounds the time that JSON.parse can take from other requests.
 */
export const MAX_BODY_BYTES = 65_536;

/** `/models/{model}` and, below it, at most one word. */
const PATH = /^\/models\/([^/]+)(?:\/([^/]+))?\/?$/;

/**
 * Finds out what a request is about.
 * @param routes method by word below `/models/{model}`; the empty word is the model itself
 * @returns the word
 * @throws ProblemError 404 for another path or model, 405 for another method
 */
export function route(event: ApiEvent, model: string, routes: Readonly<Record<string, string>>): string {
  const match = PATH.exec(event.path);
  const word = match?.[2] ?? '';
  const method = match ? routes[word] : undefined;
  if (!match || method === undefined || !Object.hasOwn(routes, word)) {
    const known = Object.entries(routes).map(([w, m]) => `${m} /models/${model}${w && `/${w}`}`);
    throw new ProblemError(problem(404, `there is nothing at ${event.path}; there is: ${known.join(', ')}`));
  }
  if (match[1] !== model) {
    const errors = [{ field: 'model', expected: `'${model}'`, got: shown(match[1]) }];
    throw new ProblemError(problem(404, `there is no model ${shown(match[1])} here`, { errors }));
  }
  if (event.httpMethod !== method) {
    const answer = problem(405, `${event.path} takes ${method}, not ${event.httpMethod}`, {
      headers: { allow: method },
    });
    throw new ProblemError(answer);
  }
  return word;
}

/**
 * The JSON object in a request's body. A body that API Gateway passed on as base64 (a media type that the API counts
 * as binary) is decoded first.
 * @throws ProblemError 400 or 413
 */
export function jsonBody(event: ApiEvent): Record<string, unknown> {
  const raw = event.body ?? '';
  // A UTF-16 length is never more than the bytes in UTF-8, so the cheap test settles nearly every request.
  const limit = event.isBase64Encoded ? Math.ceil(MAX_BODY_BYTES / 3) * 4 : MAX_BODY_BYTES;
  if (raw.length > limit || (raw.length * 3 > limit && Buffer.byteLength(raw) > limit))
    throw new ProblemError(problem(413, `the body may have ${MAX_BODY_BYTES} bytes`));
  let value: unknown;
  try {
    value = JSON.parse(event.isBase64Encoded ? Buffer.from(raw, 'base64').toString('utf8') : raw);
  } catch (e) {
    const why = raw === '' ? 'it is empty' : (e as SyntaxError).message;
    const errors = [{ field: 'body', expected: 'a JSON object' }];
    throw new ProblemError(problem(400, `the body is not JSON: ${why}`, { errors }));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  const errors = [{ field: 'body', expected: 'a JSON object', got: shown(value) }];
  throw new ProblemError(problem(400, 'the body must be a JSON object', { errors }));
}
