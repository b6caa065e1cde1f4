import { CoalmineError } from '../../contracts/errors.ts';
import type { ScoreRequest } from '../../contracts/prediction.ts';
import { hasOnly, isRecord } from '../shared/onnx/shape.ts';

/** Most rows of one request. */
const MAX_ROWS = 1000;

const isValue = (v: unknown) => v === null || typeof v === 'string' || Number.isFinite(v);

/**
 * Checks a direct score request. By hand, as all that a cold start loads; a test holds it against the contract.
 * @throws CoalmineError InvalidInput
 */
export function readScoreRequest(event: unknown): ScoreRequest {
  const rows = isRecord(event) && hasOnly(event, ['kind', 'rows']) ? event['rows'] : undefined;
  if (!Array.isArray(rows) || rows.length < 1 || rows.length > MAX_ROWS)
    throw new CoalmineError('InvalidInput', `a score request has kind and rows, 1 to ${MAX_ROWS} of them`);
  const wrong = rows.findIndex((row) => !isRecord(row) || !Object.values(row).every(isValue));
  if (wrong >= 0)
    throw new CoalmineError(
      'InvalidInput',
      `row ${wrong} must hold finite numbers, texts and nulls by feature`,
    );
  return event as ScoreRequest;
}
