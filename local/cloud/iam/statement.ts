import type { PolicyDocument, PolicyStatement } from '../types.ts';
import { type Condition, compileCondition } from './condition.ts';
import { arnMatcher, glob } from './match.ts';
import { compilePrincipal, type PrincipalMatch } from './principal.ts';

/** A policy statement, ready to be asked. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** For messages: the Sid, or its place in the document. */
  readonly name: string;
  readonly action: (action: string) => boolean;
  readonly resource: (arn: string) => boolean;
  readonly principal: PrincipalMatch | undefined;
  readonly conditions: readonly Condition[];
}

export interface CompileOptions {
  readonly account: string;
  readonly region: string;
  readonly knownKey: (key: string) => boolean;
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const list = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** `wanted` or everything but `unwanted`; everything when neither is there (a trust policy has no Resource). */
function either(
  wanted: string | readonly string[] | undefined,
  unwanted: string | readonly string[] | undefined,
  matcher: (pattern: string) => (text: string) => boolean,
): (text: string) => boolean {
  const tests = list(wanted ?? unwanted ?? '*').map(matcher);
  const any = (text: string) => tests.some((t) => t(text));
  return wanted === undefined && unwanted !== undefined ? (text) => !any(text) : any;
}

function actionMatcher(pattern: string): (action: string) => boolean {
  const expression = glob(pattern, true);
  return (action) => expression.test(action);
}

function resourceMatcher(pattern: string): (arn: string) => boolean {
  if (pattern.includes('${')) throw new Error(`policy variable in '${pattern}' is not implemented`);
  return arnMatcher(pattern);
}

function compileStatement(statement: PolicyStatement, place: number, options: CompileOptions): Statement {
  const unknown = Object.keys(statement).find((k) => !ELEMENTS.has(k));
  if (unknown) throw new Error(`policy element '${unknown}' is not implemented by the local cloud`);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw new Error(`Effect must be Allow or Deny, not '${String(statement.Effect)}'`);
  }
  if (statement.Action === undefined && statement.NotAction === undefined) {
    throw new Error(`statement ${statement.Sid ?? place} has no Action`);
  }
  return {
    effect: statement.Effect,
    name: statement.Sid ?? `#${place}`,
    action: either(statement.Action, statement.NotAction, actionMatcher),
    resource: either(statement.Resource, statement.NotResource, resourceMatcher),
    principal: statement.Principal === undefined ? undefined : compilePrincipal(statement.Principal, options),
    conditions: compileCondition(statement.Condition ?? {}, options.knownKey),
  };
}

/** @throws Error naming the element, operator or key that this cloud does not understand */
export function compilePolicy(document: PolicyDocument, options: CompileOptions): readonly Statement[] {
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return statements.map((s, i) => compileStatement(s, i, options));
}
