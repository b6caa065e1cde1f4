import type { Created } from '../types.ts';
import { substitute } from './substitute.ts';

/** `AWS::NoValue`: whoever holds it leaves the property or the element out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** What intrinsic functions of one stack can refer to. */
export interface Scope {
  /** Parameters and pseudo parameters, by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** @throws Error for a condition that the template has not */
  condition(name: string): boolean;
  /** A resource that exists already; undefined otherwise. */
  resource(logicalId: string): Created | undefined;
  /** @throws Error for a name that no stack exports */
  importValue(name: string): unknown;
  readonly region: string;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

function list(argument: unknown, name: string, length?: number): unknown[] {
  if (!Array.isArray(argument) || (length !== undefined && argument.length !== length)) {
    throw new Error(`${name} takes a list${length === undefined ? '' : ` of ${length}`}`);
  }
  return argument;
}

/** The text that CloudFormation makes of a scalar. */
function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where} needs text, not ${JSON.stringify(value)}`);
}

function ref(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  if (Object.hasOwn(scope.parameters, name)) return scope.parameters[name];
  const created = scope.resource(name);
  if (!created) throw new Error(`Ref '${name}' is neither a parameter nor a resource`);
  return created.ref;
}

function attribute(logicalId: string, name: string, scope: Scope): unknown {
  const created = scope.resource(logicalId);
  if (!created) throw new Error(`Fn::GetAtt '${logicalId}.${name}': no such resource`);
  if (Object.hasOwn(created.attributes, name)) return created.attributes[name];
  throw new Error(
    `Fn::GetAtt '${logicalId}.${name}': the local cloud gives this resource only ${Object.keys(created.attributes).join(', ') || 'no attributes'}`,
  );
}

function getAtt(argument: unknown, scope: Scope): unknown {
  const resolved =
    typeof argument === 'string' ? [argument] : list(resolve(argument, scope), 'Fn::GetAtt', 2);
  const [id, ...rest] = resolved
    .map((p) => text(p, 'Fn::GetAtt'))
    .join('.')
    .split('.');
  return attribute(id!, rest.join('.'), scope);
}

function sub(argument: unknown, scope: Scope): string {
  const [template, own] = typeof argument === 'string' ? [argument, {}] : list(argument, 'Fn::Sub', 2);
  const values = resolve(own, scope) as Record<string, unknown>;
  return substitute(text(template, 'Fn::Sub'), (name) => {
    const value = Object.hasOwn(values, name)
      ? values[name]
      : name.includes('.')
        ? attribute(name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1), scope)
        : ref(name, scope);
    return text(value, `Fn::Sub \${${name}}`);
  });
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, top, second] = list(resolve(argument, scope), 'Fn::FindInMap', 3).map((p) =>
    text(p, 'Fn::FindInMap'),
  );
  const row = scope.mappings[map!]?.[top!];
  if (!row || !Object.hasOwn(row, second!)) throw new Error(`Fn::FindInMap: no ${map}.${top}.${second}`);
  return row[second!];
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, from] = list(argument, 'Fn::Select', 2).map((p) => resolve(p, scope));
  const values = list(from, 'Fn::Select');
  const i = Number(index);
  if (!Number.isInteger(i) || i < 0 || i >= values.length) throw new Error(`Fn::Select: no element ${index}`);
  return values[i];
}

const bool =
  (test: (values: boolean[]) => boolean): Intrinsic =>
  (argument, scope) =>
    test(list(argument, 'a condition').map((a) => evaluate(a, scope)));

const CONDITIONS: Readonly<Record<string, Intrinsic>> = {
  'Fn::And': bool((v) => v.every(Boolean)),
  'Fn::Or': bool((v) => v.some(Boolean)),
  'Fn::Not': bool((v) => !v[0]),
  'Fn::Equals': (argument, scope) => {
    const [a, b] = list(argument, 'Fn::Equals', 2).map((p) => resolve(p, scope));
    return String(a) === String(b);
  },
  Condition: (argument, scope) => scope.condition(text(argument, 'Condition')),
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => ref(text(argument, 'Ref'), scope),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, 'Fn::Join', 2);
    const values = list(resolve(parts, scope), 'Fn::Join');
    return values.map((v) => text(v, 'Fn::Join')).join(text(separator, 'Fn::Join'));
  },
  'Fn::Select': select,
  'Fn::Split': (argument, scope) => {
    const [separator, from] = list(argument, 'Fn::Split', 2).map((p) => text(resolve(p, scope), 'Fn::Split'));
    return from!.split(separator!);
  },
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = list(argument, 'Fn::If', 3);
    return resolve(scope.condition(text(name, 'Fn::If')) ? yes : no, scope);
  },
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, scope) =>
    scope.importValue(text(resolve(argument, scope), 'Fn::ImportValue')),
  'Fn::GetAZs': (argument, scope) => {
    const region = text(resolve(argument, scope), 'Fn::GetAZs') || scope.region;
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  'Fn::Base64': (argument, scope) =>
    Buffer.from(text(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
};
export const INTRINSIC_NAMES = [...Object.keys(INTRINSICS), ...Object.keys(CONDITIONS)];

/** Value of a condition expression. */
export function evaluate(expression: unknown, scope: Scope): boolean {
  const [[name, argument] = ['', undefined]] = Object.entries(expression ?? {});
  const condition = CONDITIONS[name];
  if (!condition) throw new Error(`'${name}' is not a condition function that the local cloud implements`);
  return condition(argument, scope) === true;
}

/**
 * Replaces every intrinsic function in a template value.
 * @throws Error for a function that is not implemented or a reference that leads nowhere
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    if (value.includes('{{resolve:')) throw new Error(`dynamic reference '${value}' is not implemented`);
    return value;
  }
  if (Array.isArray(value)) return value.map((v) => resolve(v, scope)).filter((v) => v !== NO_VALUE);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [''];
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = INTRINSICS[name];
    if (!intrinsic) throw new Error(`'${name}' is not implemented by the local cloud`);
    return intrinsic(argument, scope);
  }
  const out: Record<string, unknown> = {};
  for (const [key, v] of entries) {
    const resolved = resolve(v, scope);
    if (resolved !== NO_VALUE) out[key] = resolved;
  }
  return out;
}
