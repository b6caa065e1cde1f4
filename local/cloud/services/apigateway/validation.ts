import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { ApiMethod } from './records.ts';

/** What is wrong with a request. */
export interface Invalid {
  readonly type: 'BAD_REQUEST_BODY' | 'BAD_REQUEST_PARAMETERS';
  readonly message: string;
  /** What the validator found, for `$context.error.validationErrorString`. */
  readonly details: string;
}

const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, validateFormats: false });
const compiled = new WeakMap<object, ValidateFunction>();

/**
 * Compiles a model's schema, JSON Schema draft 4 as API Gateway takes it.
 * @throws Error naming the model for a keyword that draft 4 does not have or this validator reads otherwise
 */
export function checkSchema(schema: object, where: string): void {
  walk(schema, (key, value) => {
    if (key === 'const' || key === 'if' || key === 'contains' || key === 'propertyNames')
      throw new Error(
        `${where}: '${key}' is not a keyword of JSON Schema draft 4, which API Gateway validates by`,
      );
    if ((key === 'exclusiveMinimum' || key === 'exclusiveMaximum') && typeof value === 'number')
      throw new Error(`${where}: '${key}' is a boolean beside minimum or maximum in draft 4`);
  });
  compile(schema);
}

function compile(schema: object): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(modern(schema) as object);
    compiled.set(schema, validate);
  }
  return validate;
}

/** Draft 4 in the words of the draft that ajv reads: identifiers dropped, boolean exclusives as numbers. */
function modern(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(modern);
  if (typeof node !== 'object' || node === null) return node;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node))
    if (key !== '$schema' && key !== 'id') out[key] = modern(value);
  for (const [exclusive, plain] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof out[exclusive] !== 'boolean') continue;
    const strict = out[exclusive];
    delete out[exclusive];
    if (strict) {
      out[exclusive] = out[plain];
      delete out[plain];
    }
  }
  return out;
}

/** Checks what the method's validator asks to check; undefined when all is well. */
export function validate(
  method: ApiMethod,
  request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly query: Readonly<Record<string, string>>;
    readonly pathParameters: Readonly<Record<string, string>> | null;
    readonly body: Buffer;
  },
): Invalid | undefined {
  if (method.validateParameters) {
    const places: Readonly<Record<string, Readonly<Record<string, string>> | null>> = {
      path: request.pathParameters,
      querystring: request.query,
      header: request.headers,
    };
    const missing = Object.entries(method.parameters)
      .filter(([, required]) => required)
      .map(([name]) => name.replace('method.request.', ''))
      .filter((name) => {
        const [place = '', ...rest] = name.split('.');
        const key = place === 'header' ? rest.join('.').toLowerCase() : rest.join('.');
        return !places[place]?.[key];
      });
    if (missing.length > 0) {
      const message = `Missing required request parameters: [${missing.map((m) => m.split('.').slice(1).join('.')).join(', ')}]`;
      return { type: 'BAD_REQUEST_PARAMETERS', message, details: message };
    }
  }
  return method.validateBody
    ? validateBody(method, request.headers['content-type'], request.body)
    : undefined;
}

function validateBody(method: ApiMethod, contentType: string | undefined, body: Buffer): Invalid | undefined {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  const schema = method.schemas[type];
  if (!schema) return undefined;
  const invalid = (details: string): Invalid => ({
    type: 'BAD_REQUEST_BODY',
    message: 'Invalid request body',
    details,
  });
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return invalid('request body is not valid JSON');
  }
  const check = compile(schema);
  return check(value) ? undefined : invalid(`[${(check.errors ?? []).map(describe).join(', ')}]`);
}

/** An error in the manner of API Gateway's validator. */
function describe(error: ErrorObject): string {
  const { params, data, message, instancePath } = error;
  const at = instancePath === '' ? '' : ` at ${instancePath}`;
  switch (error.keyword) {
    case 'required':
      return `object has missing required properties (["${params['missingProperty']}"])${at}`;
    case 'additionalProperties':
      return `object instance has properties which are not allowed by the schema: ["${params['additionalProperty']}"]${at}`;
    case 'type':
      return `instance type (${typeOf(data)}) does not match any allowed primitive type (allowed: ${JSON.stringify([params['type']].flat())})${at}`;
    case 'enum':
      return `instance value (${JSON.stringify(data)}) not found in enum (possible values: ${JSON.stringify(params['allowedValues'])})${at}`;
    default:
      return `${message ?? error.keyword}${at}`;
  }
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

function walk(node: unknown, visit: (key: string, value: unknown) => void, names = false): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    // Below `properties` the keys are names of fields, not keywords.
    if (!names && !Array.isArray(node)) visit(key, value);
    walk(value, visit, !names && key === 'properties');
  }
}
