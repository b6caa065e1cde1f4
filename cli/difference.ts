/** One thing that differs between two versions; null where one of them lacks it. */
export interface Difference {
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
}
type Values = Readonly<Record<string, unknown>>;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Names whose values differ, in the order of their first appearance. */
export function differences(a: Values, b: Values): Difference[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => !same(a[name], b[name]))
    .map((name) => ({ name, a: a[name] ?? null, b: b[name] ?? null }));
}

/** Nested objects as one level of dotted names; arrays are values. */
export function flat(value: Values, prefix = ''): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (nested) Object.assign(out, flat(inner as Values, `${prefix}${name}.`));
    else out[`${prefix}${name}`] = inner;
  }
  return out;
}
