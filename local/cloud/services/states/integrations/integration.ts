import { AwsError, NotSupportedLocally } from '../../../types.ts';
import { StateError } from '../errors.ts';
import type { TaskCall } from '../runtime.ts';

export type Arguments = Record<string, unknown>;

/** How one `Resource` of a Task is run. */
export interface Integration {
  /** As histories show it, e.g. `lambda` and `invoke`. */
  readonly resourceType: string;
  readonly resource: string;
  /** Waits for the answer to its task token. */
  readonly callback: boolean;
  /** @throws StateError by the name that state machines match on */
  run(args: unknown, call: TaskCall): Promise<unknown>;
}

/** How a family of integrations names an error of its service. */
export type ErrorNamer = (error: AwsError) => string;

/** Access errors and throttling are in no service's model: SDKs report them under the service's general exception. */
const UNMODELLED =
  /^(AccessDenied|AccessDeniedException|ThrottlingException|Throttling|ValidationException)$/;
const asException = (name: string): string => (name.endsWith('Exception') ? name : `${name}Exception`);

/** `Prefix.NameException`, and `Prefix.<general>` for what the service's model does not hold. */
export const errorNamer =
  (prefix: string, general: string): ErrorNamer =>
  (error) =>
    `${prefix}.${UNMODELLED.test(error.name) ? general : asException(error.name)}`;

/** An API call by the role of the state machine. @throws StateError */
export async function callService(
  call: TaskCall,
  service: string,
  operation: string,
  input: unknown,
  name: ErrorNamer,
): Promise<Record<string, unknown>> {
  try {
    return (await call.cloud.call(call.caller, service, operation, input)) ?? {};
  } catch (e) {
    // What this cloud has not is a defect of the rehearsal, not an error that a state machine may retry or catch.
    if (!(e instanceof AwsError) || e instanceof NotSupportedLocally) throw e;
    throw new StateError(name(e), e.message);
  }
}

/** @throws StateError States.Runtime for arguments that are no object */
export function argumentsOf(args: unknown): Arguments {
  if (args === null || typeof args !== 'object' || Array.isArray(args))
    throw new StateError('States.Runtime', `Arguments must be an object, but are ${JSON.stringify(args)}`);
  return args as Arguments;
}

export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Result keys as SDK integrations show them: first letter upper-case, dates as ISO 8601 text, bytes as text. */
export function pascalKeys(value: unknown): unknown {
  return mapKeys(value, (key) => key.charAt(0).toUpperCase() + key.slice(1));
}
export const camelKeys = (value: unknown): unknown =>
  mapKeys(value, (key) => key.charAt(0).toLowerCase() + key.slice(1));

function mapKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((v) => mapKeys(v, rename));
  if (value === null || typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array)
    return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [rename(k), mapKeys(v, rename)]));
}

/** A result as JSON: dates as ISO 8601, bytes as UTF-8 text. */
export function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([k, v]) => v !== undefined && k !== '$metadata')
      .map(([k, v]) => [k, plain(v)]),
  );
}
