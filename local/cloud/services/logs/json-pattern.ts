/** A compiled filter pattern of CloudWatch Logs. */
export type LineMatcher = (message: string) => boolean;
/** The same on a parsed JSON line. */
export type JsonMatcher = (document: unknown) => boolean;

type Token = { readonly kind: 'selector' | 'text' | 'word' | 'op'; readonly text: string };

const TOKENS =
  /\s*(?:(?<selector>\$(?:\.(?:[A-Za-z_@-][\w@-]*|"[^"]+")|\["[^"]+"\]|\[\d+\]|\['[^']+'\])+)|"(?<text>(?:[^"\\]|\\.)*)"|(?<op>&&|\|\||!=|<=|>=|[=<>()])|(?<word>[^\s"()=<>!&|]+))/y;

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  const expression = new RegExp(TOKENS);
  while (expression.lastIndex < pattern.trimEnd().length) {
    const at = expression.lastIndex;
    const groups = expression.exec(pattern)?.groups;
    if (!groups) throw new Error(`cannot read the filter pattern at "${pattern.slice(at, at + 20)}"`);
    const [kind, text] = Object.entries(groups).find(([, v]) => v !== undefined)!;
    tokens.push({
      kind: kind as Token['kind'],
      text: kind === 'text' ? text.replace(/\\(.)/g, '$1') : text,
    });
  }
  return tokens;
}

/** Value at a selector such as `$.a.b`, `$.a[0]` or `$["a b"]`. */
export function compileSelector(selector: string): (document: unknown) => unknown {
  const steps = [...selector.matchAll(/\.("?)([\w@-]+|[^"]+)\1|\["([^"]+)"\]|\['([^']+)'\]|\[(\d+)\]/g)].map(
    ([, , field, double, single, index]) => field ?? double ?? single ?? index!,
  );
  return (document) => {
    let at = document;
    for (const step of steps) {
      if (typeof at !== 'object' || at === null) return undefined;
      at = (at as Record<string, unknown>)[step];
    }
    return at;
  };
}

function wildcard(text: string): RegExp {
  const source = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's');
}

function equality(value: Token): (found: unknown) => boolean {
  const { text } = value;
  if (value.kind === 'word' && text !== '' && !Number.isNaN(Number(text))) {
    const wanted = Number(text);
    return (found) => typeof found === 'number' && found === wanted;
  }
  if (text.includes('*')) {
    const expression = wildcard(text);
    return (found) => typeof found === 'string' && expression.test(found);
  }
  return (found) => found === text;
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function comparison(selector: string, op: string, value: Token): JsonMatcher {
  const at = compileSelector(selector);
  if (op === '=' || op === '!=') {
    const equal = equality(value);
    if (op === '=') return (d) => equal(at(d));
    // A field that is not there is neither equal nor unequal.
    return (d) => at(d) !== undefined && !equal(at(d));
  }
  const compare = COMPARE[op];
  const bound = Number(value.text);
  if (!compare || Number.isNaN(bound)) throw new Error(`${selector} ${op} ${value.text} is no comparison`);
  return (d) => {
    const found = at(d);
    return typeof found === 'number' && compare(found, bound);
  };
}

const CONSTANTS: Readonly<Record<string, (found: unknown) => boolean>> = {
  'is null': (v) => v === null,
  'is true': (v) => v === true,
  'is false': (v) => v === false,
  'not exists': (v) => v === undefined,
};

/**
 * Compiles the inside of `{ … }`: comparisons of selectors joined by `&&` and `||` with parentheses, `IS NULL`,
 * `IS TRUE`, `IS FALSE`, `NOT EXISTS`; `*` in a text is a wildcard. && binds closer than ||.
 * @throws Error naming what cannot be read
 */
export function compileJsonPattern(inside: string): JsonMatcher {
  const tokens = tokenize(inside);
  let i = 0;
  const take = (): Token => {
    const token = tokens[i++];
    if (!token) throw new Error('the filter pattern ends too early');
    return token;
  };
  const isOp = (text: string) => tokens[i]?.kind === 'op' && tokens[i]?.text === text;

  const or = (): JsonMatcher => {
    const parts = [and()];
    while (isOp('||')) {
      i++;
      parts.push(and());
    }
    return parts.length === 1 ? parts[0]! : (d) => parts.some((p) => p(d));
  };
  const and = (): JsonMatcher => {
    const parts = [term()];
    while (isOp('&&')) {
      i++;
      parts.push(term());
    }
    return parts.length === 1 ? parts[0]! : (d) => parts.every((p) => p(d));
  };
  const term = (): JsonMatcher => {
    if (isOp('(')) {
      i++;
      const inner = or();
      if (!isOp(')')) throw new Error('a parenthesis is not closed');
      i++;
      return inner;
    }
    const selector = take();
    if (selector.kind !== 'selector')
      throw new Error(`a selector such as $.field is expected, not ${selector.text}`);
    const op = take();
    if (op.kind === 'op') return comparison(selector.text, op.text, take());
    const test = CONSTANTS[`${op.text} ${take().text}`.toLowerCase()];
    if (!test) throw new Error(`unknown test of ${selector.text}`);
    const at = compileSelector(selector.text);
    return (d) => test(at(d));
  };

  const matcher = or();
  if (i < tokens.length) throw new Error(`unexpected ${tokens[i]!.text}`);
  return matcher;
}
