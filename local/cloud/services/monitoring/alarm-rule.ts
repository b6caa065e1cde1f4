import { AwsError } from '../../types.ts';
import type { AlarmState } from './evaluation.ts';

/** A composite alarm's rule, parsed. */
export type Rule =
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly rule: Rule }
  | { readonly kind: 'and' | 'or'; readonly left: Rule; readonly right: Rule };

const TOKEN =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s()]+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

type Token = { readonly word: string } | { readonly state: AlarmState; readonly alarm: string };

function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.trimEnd().length) {
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(source);
    if (!m) throw new AwsError('ValidationError', `alarm rule '${source}': unexpected text at ${at}`);
    at = TOKEN.lastIndex;
    if (m[1]) tokens.push({ state: m[1] as AlarmState, alarm: (m[2] ?? m[3] ?? m[4])! });
    else tokens.push({ word: (m[5] ?? m[6])! });
  }
  return tokens;
}

/** Reads `ALARM("a") AND NOT (OK(b) OR TRUE)`: NOT binds tightest, then AND, then OR. @throws AwsError ValidationError */
export function parseRule(source: string): Rule {
  const tokens = tokenise(source);
  let i = 0;
  const word = () => {
    const token = tokens[i];
    return token && 'word' in token ? token.word : undefined;
  };
  const primary = (): Rule => {
    const token = tokens[i++];
    if (!token) throw new AwsError('ValidationError', `alarm rule '${source}' ends too early`);
    if ('state' in token) return { kind: 'state', state: token.state, alarm: token.alarm };
    if (token.word === 'TRUE' || token.word === 'FALSE')
      return { kind: 'constant', value: token.word === 'TRUE' };
    if (token.word === 'NOT') return { kind: 'not', rule: primary() };
    if (token.word !== '(')
      throw new AwsError('ValidationError', `alarm rule '${source}': unexpected ${token.word}`);
    const inner = or();
    if (word() !== ')') throw new AwsError('ValidationError', `alarm rule '${source}': ) is missing`);
    i++;
    return inner;
  };
  const and = (): Rule => {
    let left = primary();
    while (word() === 'AND') {
      i++;
      left = { kind: 'and', left, right: primary() };
    }
    return left;
  };
  const or = (): Rule => {
    let left = and();
    while (word() === 'OR') {
      i++;
      left = { kind: 'or', left, right: and() };
    }
    return left;
  };
  const rule = or();
  if (i < tokens.length) throw new AwsError('ValidationError', `alarm rule '${source}': text after its end`);
  return rule;
}

/** Names or ARNs of the alarms that a rule reads. */
export function alarmsIn(rule: Rule): string[] {
  if (rule.kind === 'state') return [rule.alarm];
  if (rule.kind === 'not') return alarmsIn(rule.rule);
  return rule.kind === 'constant' ? [] : [...alarmsIn(rule.left), ...alarmsIn(rule.right)];
}

export function holds(rule: Rule, stateOf: (alarm: string) => AlarmState): boolean {
  switch (rule.kind) {
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'constant':
      return rule.value;
    case 'not':
      return !holds(rule.rule, stateOf);
    case 'and':
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case 'or':
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}
