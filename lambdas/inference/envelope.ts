import type { PredictionRequest } from '../../contracts/prediction.ts';
import type { FeatureSpec } from '../shared/features/parse.ts';
import { type FieldError, ProblemError, problem, shown } from '../shared/http/problem.ts';

const FIELDS = new Set(['predictionId', 'entity', 'features']);

const isText = (v: unknown, max: number): v is string => typeof v === 'string' && v !== '' && v.length <= max;

/** A request is not answered but explained. */
export const refuse = (errors: readonly FieldError[]): ProblemError => {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail = first ? `${first.field} must be ${first.expected}${more}` : 'the request is not valid';
  return new ProblemError(problem(400, detail, { errors }));
};

/**
 * Checks the envelope of a prediction request. By hand and not by the contract's zod schema, because this is the hot
 * path; a test holds both against each other.
 * @throws ProblemError 400
 */
export function readEnvelope(body: Record<string, unknown>): PredictionRequest {
  const { predictionId, entity, features } = body;
  const errors: FieldError[] = [];
  for (const field in body)
    if (!FIELDS.has(field))
      errors.push({ field, expected: `absent: the fields are ${[...FIELDS].join(', ')}` });
  if (!isText(entity, 256))
    errors.push({ field: 'entity', expected: 'a text of 1 to 256 characters', got: shown(entity) });
  if (predictionId !== undefined && !isText(predictionId, 128))
    errors.push({
      field: 'predictionId',
      expected: 'a text of 1 to 128 characters',
      got: shown(predictionId),
    });
  if (typeof features !== 'object' || features === null || Array.isArray(features))
    errors.push({ field: 'features', expected: 'an object of feature values by name', got: shown(features) });
  if (errors.length > 0) throw refuse(errors);
  return body as PredictionRequest;
}

/**
 * Makes the check that a request names every raw column that the model reads, and no other. A value that is not known
 * is sent as null, not left out: a column that silently disappears is how pipelines break.
 */
export function columnCheck(spec: FeatureSpec): (features: Record<string, unknown>) => FieldError[] {
  const { columns, knows } = spec;
  const none: FieldError[] = [];
  return (features) => {
    let count = 0;
    let unknown = false;
    for (const name in features) {
      count++;
      if (!knows(name)) unknown = true;
    }
    if (!unknown && count === columns.length) return none;
    return [
      ...columns
        .filter((name) => !Object.hasOwn(features, name))
        .map((name) => ({ field: field(name), expected: 'present (null when it is not known)' })),
      ...Object.keys(features)
        .filter((name) => !knows(name))
        .map((name) => ({ field: field(name), expected: unknownColumn(spec, name) })),
    ];
  };
}

/** Path of a feature in the request. */
export const field = (name: string): string => `features.${name}`;

const unknownColumn = (spec: FeatureSpec, name: string): string =>
  spec.features.some((f) => f.name === name)
    ? 'absent: it is computed, not sent'
    : `absent: the features are ${spec.columns.join(', ')}`;
