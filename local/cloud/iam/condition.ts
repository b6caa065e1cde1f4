import { arnMatcher, glob } from './match.ts';

/** Value of a condition key in a request; undefined when the request has none. */
export type KeyValues = (key: string) => readonly string[] | undefined;
export type Condition = (values: KeyValues) => boolean;

type Test = (wanted: string) => (actual: string) => boolean;
interface Operator {
  readonly test: Test;
  /** True for the `Not` operators, which hold when no wanted value matches. */
  readonly negated: boolean;
}

const numeric =
  (compare: (actual: number, wanted: number) => boolean): Test =>
  (wanted) =>
  (actual) =>
    compare(Number(actual), Number(wanted));
const equals: Test = (wanted) => (actual) => actual === wanted;
const same: Test = (wanted) => (actual) => actual.toLowerCase() === wanted.toLowerCase();
const like: Test = (wanted) => {
  const pattern = glob(wanted);
  return (actual) => pattern.test(actual);
};
const is = (test: Test): Operator => ({ test, negated: false });
const not = (test: Test): Operator => ({ test, negated: true });

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(equals),
  StringNotEquals: not(equals),
  StringEqualsIgnoreCase: is(same),
  StringNotEqualsIgnoreCase: not(same),
  StringLike: is(like),
  StringNotLike: not(like),
  ArnEquals: is(arnMatcher),
  ArnNotEquals: not(arnMatcher),
  ArnLike: is(arnMatcher),
  ArnNotLike: not(arnMatcher),
  Bool: is(same),
  NumericEquals: is(numeric((a, w) => a === w)),
  NumericNotEquals: not(numeric((a, w) => a === w)),
  NumericLessThan: is(numeric((a, w) => a < w)),
  NumericLessThanEquals: is(numeric((a, w) => a <= w)),
  NumericGreaterThan: is(numeric((a, w) => a > w)),
  NumericGreaterThanEquals: is(numeric((a, w) => a >= w)),
};
export const OPERATOR_NAMES = [...Object.keys(OPERATORS), 'Null'];

type Wanted = string | boolean | number | readonly (string | boolean | number)[];
const texts = (wanted: Wanted): string[] => (Array.isArray(wanted) ? wanted : [wanted]).map(String);

function one(name: string, key: string, wanted: Wanted): Condition {
  const match = /^(ForAllValues:|ForAnyValue:)?([A-Za-z]+?)(IfExists)?$/.exec(name);
  const [, set, base, ifExists] = match ?? [];
  if (base === 'Null') {
    const absent = texts(wanted).includes('true');
    return (values) => (values(key) === undefined) === absent;
  }
  const operator = base === undefined ? undefined : OPERATORS[base];
  if (!operator) throw new Error(`condition operator '${name}' is not implemented by the local cloud`);
  const tests = texts(wanted).map(operator.test);
  const any = (actual: string) => tests.some((t) => t(actual));
  const holds = operator.negated ? (actual: string) => !any(actual) : any;
  // A missing key fails a positive operator and passes a negated one; the set operators differ.
  const missing = ifExists !== undefined || (set === undefined ? operator.negated : set === 'ForAllValues:');
  return (values) => {
    const actual = values(key);
    if (actual === undefined || actual.length === 0) return missing;
    // Of several values without a set operator a negated condition must hold for all, a positive one for any.
    const all = set === 'ForAllValues:' || (set === undefined && operator.negated);
    return all ? actual.every(holds) : actual.some(holds);
  };
}

/**
 * Compiles a statement's `Condition`: every operator and every key must hold, any one value of a key suffices.
 * @throws Error for an operator, a key or a policy variable that this cloud does not know
 */
export function compileCondition(
  block: Readonly<Record<string, Readonly<Record<string, Wanted>>>>,
  known: (key: string) => boolean,
): readonly Condition[] {
  const out: Condition[] = [];
  for (const [operator, keys] of Object.entries(block)) {
    for (const [key, wanted] of Object.entries(keys)) {
      if (!known(key)) throw new Error(`condition key '${key}' is not supplied by the local cloud`);
      const variable = texts(wanted).find((t) => t.includes('${'));
      if (variable !== undefined) throw new Error(`policy variable in '${variable}' is not implemented`);
      out.push(one(operator, key, wanted));
    }
  }
  return out;
}
