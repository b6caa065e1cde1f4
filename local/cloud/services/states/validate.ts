import type { Branch, State } from './definition.ts';

const assignsOf = (state: State): string[] => [
  ...Object.keys(('Assign' in state && state.Assign) || {}),
  ...('Catch' in state ? (state.Catch ?? []).flatMap((c) => Object.keys(c.Assign ?? {})) : []),
  ...(state.Type === 'Choice' ? state.Choices.flatMap((c) => Object.keys(c.Assign ?? {})) : []),
];

const targetsOf = (state: State): (string | undefined)[] => [
  'Next' in state ? state.Next : undefined,
  ...('Catch' in state ? (state.Catch ?? []).map((c) => c.Next) : []),
  ...(state.Type === 'Choice' ? [state.Default, ...state.Choices.map((c) => c.Next)] : []),
];

function allLast(lists: readonly (readonly string[])[], where: string): string[] {
  return lists.flatMap((names, i) => {
    if (!names.includes('States.ALL')) return [];
    if (names.length > 1) return [`${where}/${i}: States.ALL must stand alone`];
    return i < lists.length - 1 ? [`${where}/${i}: States.ALL must be in the last entry`] : [];
  });
}

function stateViolations(state: State, path: string, known: ReadonlySet<string>): string[] {
  const out = targetsOf(state)
    .filter((t) => t !== undefined && !known.has(t))
    .map((t) => `${path}: state '${t}' does not exist`);
  if (!['Choice', 'Succeed', 'Fail'].includes(state.Type)) {
    const { Next, End } = state as { Next?: string; End?: boolean };
    if ((Next === undefined) === (End === undefined)) out.push(`${path}: exactly one of Next and End`);
  }
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined))
    out.push(`${path}: exactly one of Seconds and Timestamp`);
  if ('Retry' in state && state.Retry)
    out.push(
      ...allLast(
        state.Retry.map((r) => r.ErrorEquals),
        `${path}/Retry`,
      ),
    );
  if ('Catch' in state && state.Catch)
    out.push(
      ...allLast(
        state.Catch.map((c) => c.ErrorEquals),
        `${path}/Catch`,
      ),
    );
  if (assignsOf(state).includes('states')) out.push(`${path}/Assign: 'states' is reserved`);
  return out;
}

/**
 * What a schema cannot say: targets exist, every state is reachable, Next xor End, States.ALL last, and an inner scope
 * (Parallel, Map) assigns no variable that a scope around it assigns.
 */
export function violations(branch: Branch, path = '', outer: ReadonlySet<string> = new Set()): string[] {
  const known = new Set(Object.keys(branch.States));
  const entries = Object.entries(branch.States);
  const out = known.has(branch.StartAt) ? [] : [`${path}/StartAt: state '${branch.StartAt}' does not exist`];
  const reached = new Set([branch.StartAt, ...entries.flatMap(([, s]) => targetsOf(s))]);
  const own = new Set(entries.flatMap(([, s]) => assignsOf(s)));
  for (const name of own)
    if (outer.has(name)) out.push(`${path}: variable '${name}' is assigned in an outer scope already`);
  const visible = new Set([...outer, ...own]);
  for (const [name, state] of entries) {
    const here = `${path}/States/${name}`;
    if (!reached.has(name)) out.push(`${here}: state is not reachable`);
    out.push(...stateViolations(state, here, known));
    const inner =
      state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : [];
    for (const [i, b] of inner.entries()) out.push(...violations(b, `${here}/${i}`, visible));
  }
  return out;
}
