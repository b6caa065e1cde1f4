import { AwsError, NotSupportedLocally } from '../../types.ts';
import type { Node } from './math-parser.ts';

/** A data point a grid position; undefined where there is none. All series of one evaluation share the grid. */
export type Points = readonly (number | undefined)[];
export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly points: Points }
  | { readonly kind: 'list'; readonly items: readonly Points[] }
  | { readonly kind: 'text'; readonly value: string };

export interface MathScope {
  readonly length: number;
  /** Seconds between grid positions. */
  readonly period: number;
  /** @throws AwsError for an id that does not exist */
  resolve(id: string): Value;
  /** Series of the request, for METRICS(); `prefix` selects ids. */
  metrics(prefix: string): readonly Points[];
}

const scalar = (value: number): Value => ({ kind: 'scalar', value });
const series = (points: Points): Value => ({ kind: 'series', points });
/** CloudWatch gives no data point where a result is not a number: division by zero, the root of a negative. */
const finite = (v: number): number | undefined => (Number.isFinite(v) ? v : undefined);

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
};
const OPERATOR_NAMES: Readonly<Record<string, string>> = { AND: '&&', OR: '||' };

/** A point where both sides have one; scalars are everywhere; lists go item by item. */
function combine(left: Value, right: Value, f: (a: number, b: number) => number): Value {
  if (left.kind === 'text' || right.kind === 'text')
    throw new AwsError('ValidationError', 'metric math: text is no operand');
  if (left.kind === 'scalar' && right.kind === 'scalar') return scalar(f(left.value, right.value));
  if (left.kind === 'list' || right.kind === 'list') {
    const n = left.kind === 'list' ? left.items.length : (right as { items: readonly Points[] }).items.length;
    const item = (v: Value, i: number): Value => (v.kind === 'list' ? series(v.items[i]!) : v);
    return {
      kind: 'list',
      items: Array.from({ length: n }, (_, i) => pointsOf(combine(item(left, i), item(right, i), f))),
    };
  }
  const at = (v: typeof left | typeof right, i: number) => (v.kind === 'scalar' ? v.value : v.points[i]);
  const length = left.kind === 'series' ? left.points.length : (right as { points: Points }).points.length;
  return series(
    Array.from({ length }, (_, i) => {
      const [a, b] = [at(left, i), at(right, i)];
      return a === undefined || b === undefined ? undefined : finite(f(a, b));
    }),
  );
}

/** @throws AwsError ValidationError for what is no single series */
export function pointsOf(value: Value): Points {
  if (value.kind === 'series') return value.points;
  throw new AwsError('ValidationError', `metric math: a time series is needed, but this is a ${value.kind}`);
}

const reducers: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (v) => v.reduce((a, b) => a + b, 0),
  AVG: (v) => v.reduce((a, b) => a + b, 0) / v.length,
  MIN: (v) => Math.min(...v),
  MAX: (v) => Math.max(...v),
  STDDEV: (v) => {
    const mean = v.reduce((a, b) => a + b, 0) / v.length;
    return Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length);
  },
};
const unary: Readonly<Record<string, (v: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG: Math.log,
  LOG10: Math.log10,
};

/** Of one series: a scalar over its points. Of a list: a series, at each position over those that have a point. */
function reduce(value: Value, f: (values: readonly number[]) => number, length: number): Value {
  if (value.kind === 'list')
    return series(
      Array.from({ length }, (_, i) => {
        const present = value.items.map((p) => p[i]).filter((v) => v !== undefined);
        return present.length === 0 ? undefined : finite(f(present));
      }),
    );
  const present = pointsOf(value).filter((v) => v !== undefined);
  return scalar(present.length === 0 ? Number.NaN : f(present));
}

function fill(value: Value, by: Value): Value {
  if (value.kind === 'list')
    return { kind: 'list', items: value.items.map((p) => pointsOf(fill(series(p), by))) };
  const points = pointsOf(value);
  if (by.kind === 'scalar') return series(points.map((p) => p ?? by.value));
  if (by.kind === 'series') return series(points.map((p, i) => p ?? by.points[i]));
  if (by.kind === 'text' && by.value === 'REPEAT') {
    let last: number | undefined;
    return series(
      points.map((p) => {
        last = p ?? last;
        return last;
      }),
    );
  }
  throw new NotSupportedLocally(
    `CloudWatch metric math FILL with ${by.kind === 'text' ? by.value : by.kind}`,
  );
}

/** Where the condition has a point, the point of the branch it chooses (which may be missing). */
function choose(condition: Value, yes: Value, no: Value): Value {
  const at = (v: Value, i: number) => (v.kind === 'scalar' ? v.value : pointsOf(v)[i]);
  if (condition.kind === 'scalar') return condition.value !== 0 ? yes : no;
  return series(
    pointsOf(condition).map((c, i) => (c === undefined ? undefined : c !== 0 ? at(yes, i) : at(no, i))),
  );
}

function call(name: string, args: readonly Node[], scope: MathScope): Value {
  const value = (i: number): Value => {
    const node = args[i];
    if (!node) throw new AwsError('ValidationError', `metric math: ${name} needs more than ${i} arguments`);
    return evaluateMath(node, scope);
  };
  const reducer = reducers[name];
  if (reducer) return reduce(value(0), reducer, scope.length);
  const single = unary[name];
  if (single) return combine(value(0), scalar(0), (a) => single(a));
  switch (name) {
    case 'IF':
      return choose(
        value(0),
        value(1),
        args.length > 2 ? value(2) : series(new Array(scope.length).fill(undefined)),
      );
    case 'FILL': {
      const by = args[1];
      const word = by?.kind === 'name' && /^(REPEAT|LINEAR)$/.test(by.name);
      return fill(value(0), word ? { kind: 'text', value: by.name } : value(1));
    }
    case 'METRICS': {
      const prefix = args.length > 0 ? value(0) : undefined;
      return { kind: 'list', items: scope.metrics(prefix?.kind === 'text' ? prefix.value : '') };
    }
    case 'PERIOD':
      return scalar(scope.period);
    case 'TIME_SERIES': {
      const v = value(0);
      return v.kind === 'scalar' ? series(new Array(scope.length).fill(v.value)) : v;
    }
    case 'DATAPOINT_COUNT':
      return scalar(pointsOf(value(0)).filter((p) => p !== undefined).length);
    case 'DIFF': {
      const points = pointsOf(value(0));
      return series(
        points.map((p, i) =>
          p === undefined || points[i - 1] === undefined ? undefined : p - points[i - 1]!,
        ),
      );
    }
    case 'RATE':
      return combine(call('DIFF', args, scope), scalar(scope.period), (a, b) => a / b);
    case 'RUNNING_SUM': {
      let sum = 0;
      return series(
        pointsOf(value(0)).map((p) => {
          if (p !== undefined) sum += p;
          return p === undefined ? undefined : sum;
        }),
      );
    }
    default:
      throw new NotSupportedLocally(`CloudWatch metric math function ${name}`);
  }
}

/** Evaluates a parsed expression on the grid of `scope`. @throws NotSupportedLocally for an unknown function */
export function evaluateMath(node: Node, scope: MathScope): Value {
  switch (node.kind) {
    case 'number':
      return scalar(node.value);
    case 'text':
      return { kind: 'text', value: node.value };
    case 'name':
      return scope.resolve(node.name);
    case 'negate':
      return combine(evaluateMath(node.operand, scope), scalar(-1), (a, b) => a * b);
    case 'array':
      return { kind: 'list', items: node.items.map((n) => pointsOf(evaluateMath(n, scope))) };
    case 'binary': {
      const operator = OPERATOR_NAMES[node.operator] ?? node.operator;
      return combine(evaluateMath(node.left, scope), evaluateMath(node.right, scope), OPERATORS[operator]!);
    }
    case 'call':
      return call(node.name.toUpperCase(), node.args, scope);
  }
}
