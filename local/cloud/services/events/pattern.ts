import { AwsError } from '../../types.ts';

/** A compiled event pattern. */
export type Matcher = (event: unknown) => boolean;
type Test = (value: unknown) => boolean;
/** A test of a leaf; `absent` is what it says when there is no value. */
interface Condition {
  readonly test: Test;
  readonly absent: boolean;
}

const invalid = (why: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${why}`);
const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const isText = (v: unknown): v is string => typeof v === 'string';

/**
 * Compiles an EventBridge event pattern: fields are anded, the values of a field ored, `$or` alternatives.
 * Content filters: prefix, suffix, anything-but, numeric, exists, equals-ignore-case, wildcard.
 * @throws AwsError InvalidEventPatternException for anything else, so that no filter is ever ignored
 */
export function compilePattern(pattern: unknown, path = ''): Matcher {
  if (!isObject(pattern)) throw invalid(`${path || 'the pattern'} must be an object`);
  const parts = Object.entries(pattern).map(([name, wanted]): Matcher => {
    const at = path ? `${path}.${name}` : name;
    if (name === '$or') return alternatives(wanted, path);
    if (Array.isArray(wanted)) {
      if (wanted.length === 0) throw invalid(`${at} must have a value to match`);
      const conditions = wanted.map((w) => condition(w, at));
      return (event) => matchField(conditions, isObject(event) ? event[name] : undefined);
    }
    const inner = compilePattern(wanted, at);
    return (event) => {
      const value = isObject(event) ? event[name] : undefined;
      return Array.isArray(value) ? value.some(inner) : inner(value);
    };
  });
  return (event) => parts.every((p) => p(event));
}

function alternatives(wanted: unknown, path: string): Matcher {
  if (!Array.isArray(wanted) || wanted.length < 2) throw invalid('$or must have two patterns at least');
  const matchers = wanted.map((w) => compilePattern(w, path));
  return (event) => matchers.some((m) => m(event));
}

function matchField(conditions: readonly Condition[], value: unknown): boolean {
  // Filters look at leaves: an object counts as not there.
  const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== undefined && !isObject(v));
  if (values.length === 0) return conditions.some((c) => c.absent);
  return conditions.some((c) => values.some(c.test));
}

const present = (test: Test): Condition => ({ test, absent: false });

function condition(wanted: unknown, at: string): Condition {
  if (wanted === null || isText(wanted) || typeof wanted === 'number' || typeof wanted === 'boolean') {
    return present((v) => v === wanted);
  }
  if (!isObject(wanted)) throw invalid(`${at} has a value of an unknown kind`);
  const [[filter, operand] = [], ...more] = Object.entries(wanted);
  if (filter === undefined || more.length > 0) throw invalid(`${at} must have one filter per object`);
  switch (filter) {
    case 'exists':
      if (operand === true) return present(() => true);
      if (operand === false) return { test: () => false, absent: true };
      throw invalid(`exists of ${at} must be true or false`);
    case 'numeric':
      return present(numeric(operand, at));
    case 'anything-but':
      return present(anythingBut(operand, at));
    default:
      return present(textFilter(filter, operand, at));
  }
}

function textFilter(filter: string, operand: unknown, at: string): Test {
  const ignoreCase = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  const fold = isText(ignoreCase) ? (v: string) => v.toLowerCase() : (v: string) => v;
  const wanted = isText(ignoreCase) ? ignoreCase.toLowerCase() : operand;
  if (!isText(wanted)) throw invalid(`${filter} of ${at} must be text`);
  switch (filter) {
    case 'prefix':
      return (v) => isText(v) && fold(v).startsWith(wanted);
    case 'suffix':
      return (v) => isText(v) && fold(v).endsWith(wanted);
    case 'equals-ignore-case':
      return (v) => isText(v) && v.toLowerCase() === wanted.toLowerCase();
    case 'wildcard': {
      const expression = wildcard(wanted);
      return (v) => isText(v) && expression.test(v);
    }
    default:
      throw invalid(`${at} has the unknown filter ${filter}`);
  }
}

/** `*` is any text; `\*` and `\\` are themselves. */
function wildcard(text: string): RegExp {
  const source = text.replace(/\\([*\\])|\*|[^*\\]+/g, (part, escaped?: string) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return part === '*' ? '[\\s\\S]*' : part.replace(/[.+?^${}()|[\]]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

function anythingBut(operand: unknown, at: string): Test {
  if (isObject(operand)) {
    const [[filter, text] = []] = Object.entries(operand);
    if (filter === undefined) throw invalid(`anything-but of ${at} is empty`);
    const tests = (Array.isArray(text) ? text : [text]).map((t) => textFilter(filter, t, at));
    return (v) => !tests.some((t) => t(v));
  }
  const values: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0 || values.some((v) => !isText(v) && typeof v !== 'number')) {
    throw invalid(`anything-but of ${at} must be text, numbers or a filter`);
  }
  return (v) => !values.includes(v);
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function numeric(operand: unknown, at: string): Test {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) {
    throw invalid(`numeric of ${at} must be pairs of operator and number`);
  }
  const tests: ((v: number) => boolean)[] = [];
  for (let i = 0; i < operand.length; i += 2) {
    const compare = COMPARE[String(operand[i])];
    const bound = operand[i + 1];
    if (!compare || typeof bound !== 'number') throw invalid(`numeric of ${at} has ${operand[i]} ${bound}`);
    tests.push((v) => compare(v, bound));
  }
  return (v) => typeof v === 'number' && tests.every((t) => t(v));
}
