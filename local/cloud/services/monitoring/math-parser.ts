import { AwsError } from '../../types.ts';

/** A metric-math expression, parsed. */
export type Node =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'negate'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] };

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(<=|>=|==|!=|&&|\|\||[-+*/^<>(),[\]]))/y;

/** Binding power, weakest first (user guide, "Using metric math": logic below comparison below arithmetic). */
const PRECEDENCE: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'symbol' | 'end';
  readonly text: string;
}

function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.trimEnd().length) {
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(source);
    if (!m)
      throw new AwsError('ValidationError', `metric math '${source}': unexpected '${source[at]}' at ${at}`);
    at = TOKEN.lastIndex;
    if (m[1] !== undefined) tokens.push({ kind: 'number', text: m[1] });
    else if (m[2] !== undefined) tokens.push({ kind: 'name', text: m[2] });
    else if (m[5] !== undefined) tokens.push({ kind: 'symbol', text: m[5] });
    else tokens.push({ kind: 'text', text: m[3] ?? m[4] ?? '' });
  }
  tokens.push({ kind: 'end', text: 'the end' });
  return tokens;
}

/** @throws AwsError ValidationError naming the expression and what is wrong in it */
export function parseMath(source: string): Node {
  const tokens = tokenise(source);
  let i = 0;
  const peek = () => tokens[i]!;
  const fail = (): never => {
    throw new AwsError('ValidationError', `metric math '${source}': unexpected '${peek().text}'`);
  };
  const take = (text: string) => {
    if (peek().text !== text) fail();
    i++;
  };
  const list = (close: string): Node[] => {
    const items: Node[] = [];
    while (peek().text !== close) {
      items.push(binary(0));
      if (peek().text !== close) take(',');
    }
    take(close);
    return items;
  };
  const primary = (): Node => {
    const token = peek();
    i++;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.text === '-') return { kind: 'negate', operand: primary() };
    if (token.text === '[') return { kind: 'array', items: list(']') };
    if (token.text === '(') {
      const inner = binary(0);
      take(')');
      return inner;
    }
    if (token.kind !== 'name') {
      i--;
      return fail();
    }
    if (peek().text !== '(') return { kind: 'name', name: token.text };
    take('(');
    return { kind: 'call', name: token.text, args: list(')') };
  };
  const binary = (level: number): Node => {
    const operators = PRECEDENCE[level];
    if (!operators) return primary();
    let left = binary(level + 1);
    while (peek().kind !== 'text' && operators.includes(peek().text)) {
      const operator = peek().text;
      i++;
      left = { kind: 'binary', operator, left, right: binary(level + 1) };
    }
    return left;
  };
  const node = binary(0);
  if (peek().kind !== 'end') fail();
  return node;
}

/** Ids that an expression reads. */
export function namesIn(node: Node): string[] {
  switch (node.kind) {
    case 'name':
      return [node.name];
    case 'negate':
      return namesIn(node.operand);
    case 'binary':
      return [...namesIn(node.left), ...namesIn(node.right)];
    case 'array':
      return node.items.flatMap(namesIn);
    case 'call':
      return node.args.flatMap(namesIn);
    default:
      return [];
  }
}
