import type { Feature, ModelDefinition } from '../../../contracts/model-definition.ts';

/** Why a value is not accepted; with the field's name it is the reason a row is rejected by. */
export type IssueReason =
  | 'missing'
  | 'not a number'
  | 'not finite'
  | 'out of range'
  | 'not a category'
  | 'too long'
  | 'not computable'
  | 'not a time'
  | 'not a label';

/** One value that is not accepted, told so that the sender can mend it. */
export interface FieldIssue {
  readonly field: string;
  readonly reason: IssueReason;
  readonly expected: string;
  readonly got: string;
}

/** Longest category in characters; longer text is a payload in the wrong column, not a category. */
export const MAX_CATEGORY_LENGTH = 256;
// Decimal notation only: Number() alone would take '0x1F', '1_000' never, and '' as 0.
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text that means missing, beside the empty string. */
export const nullTexts = (definition: ModelDefinition): ReadonlySet<string> =>
  new Set(['', ...definition.data.nullValues]);

type Numeric = Extract<Feature, { kind: 'numeric' }>;

/**
 * The number that a raw value stands for: finite when accepted, NaN when it is missing, Infinity when it is not valid.
 * Two sentinels instead of a result object, because freeze calls this tens of millions of times.
 */
export function compileNumber(
  range: Pick<Numeric, 'min' | 'max'>,
  nulls: ReadonlySet<string>,
): (raw: unknown) => number {
  const min = range.min ?? -Number.MAX_VALUE;
  const max = range.max ?? Number.MAX_VALUE;
  return (raw) => {
    let n: number;
    if (typeof raw === 'number') n = raw;
    else if (typeof raw === 'string') n = numberOfText(raw, nulls);
    else if (raw === null || raw === undefined) return Number.NaN;
    else if (typeof raw === 'boolean' || typeof raw === 'bigint') n = Number(raw);
    else return Number.POSITIVE_INFINITY;
    if (n >= min && n <= max) return n + 0; // + 0 makes -0 an ordinary 0: equal rows must have equal bytes
    return Number.isNaN(n) ? n : Number.POSITIVE_INFINITY;
  };
}

function numberOfText(raw: string, nulls: ReadonlySet<string>): number {
  const text = raw.trim();
  if (nulls.has(text)) return Number.NaN;
  return DECIMAL.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

/** The category that a raw value stands for; null when it is missing, undefined when it is not valid. */
export function compileCategory(nulls: ReadonlySet<string>): (raw: unknown) => string | null | undefined {
  return (raw) => {
    if (typeof raw === 'string') {
      const text = raw.trim();
      if (nulls.has(text)) return null;
      return text.length <= MAX_CATEGORY_LENGTH ? text : undefined;
    }
    if (raw === null || raw === undefined) return null;
    if (typeof raw === 'number')
      return Number.isNaN(raw) ? null : Number.isFinite(raw) ? String(raw + 0) : undefined;
    return typeof raw === 'boolean' || typeof raw === 'bigint' ? String(raw) : undefined;
  };
}

/** Why {@link compileNumber} did not accept `raw`. Slow path: builds text. */
export function explainNumber(field: string, range: Pick<Numeric, 'min' | 'max'>, raw: unknown): FieldIssue {
  const { min, max } = range;
  const bounds = [min === undefined ? '' : ` from ${min}`, max === undefined ? '' : ` up to ${max}`].join('');
  const n = typeof raw === 'string' && DECIMAL.test(raw.trim()) ? Number(raw) : raw;
  const isNumber = typeof n === 'number' || typeof n === 'bigint' || typeof n === 'boolean';
  const reason = !isNumber ? 'not a number' : Number.isFinite(Number(n)) ? 'out of range' : 'not finite';
  return { field, reason, expected: `a finite number${bounds}`, got: show(raw) };
}

/** Why {@link compileCategory} did not accept `raw`. */
export function explainCategory(field: string, raw: unknown): FieldIssue {
  const reason = typeof raw === 'string' ? 'too long' : 'not a category';
  return { field, reason, expected: `text of at most ${MAX_CATEGORY_LENGTH} characters`, got: show(raw) };
}

/** A raw value in at most 80 characters. */
export function show(raw: unknown): string {
  const text =
    typeof raw === 'string'
      ? JSON.stringify(raw)
      : typeof raw === 'object'
        ? JSON.stringify(raw)
        : String(raw);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
