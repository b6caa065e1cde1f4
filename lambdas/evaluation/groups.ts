import type { Signature } from '../../contracts/artifact.ts';
import type { FeatureValue } from '../../contracts/features.ts';
import type { GoldenSet, VectorSet } from './tables.ts';

/** The value of a feature in each row of a set; undefined when the set does not have that feature. */
export type Values = (feature: string) => ((row: number) => FeatureValue) | undefined;

export const MISSING = 'missing';
/** A category that the dataset's vocabulary does not hold. */
export const UNSEEN = 'unseen';

export const goldenValues =
  ({ rows }: GoldenSet): Values =>
  (feature) =>
    rows.some((r) => r[feature] !== undefined) ? (i) => rows[i]![feature] ?? null : undefined;

/** Values of vectors: categories back from their codes. */
export function vectorValues({ vectors }: VectorSet, { features }: Signature): Values {
  return (name) => {
    const at = features.findIndex((f) => f.name === name);
    const feature = features[at];
    if (!feature) return undefined;
    return (i) => {
      const v = vectors[i * features.length + at]!;
      if (Number.isNaN(v)) return null;
      return feature.kind === 'numeric' ? v : (feature.vocabulary[v] ?? UNSEEN);
    };
  };
}

/** Name of the group that a value falls in; edges make right-closed intervals, as the baseline's bins are. */
export function groupName(value: FeatureValue, edges: readonly number[] | undefined): string {
  if (value === null) return MISSING;
  if (!edges) return String(value);
  const at = edges.findIndex((e) => Number(value) <= e);
  if (at === 0) return `≤ ${edges[0]}`;
  return at < 0 ? `> ${edges.at(-1)}` : `${edges[at - 1]} to ${edges[at]}`;
}

/** Rows by group, groups by name, those between edges as they rise, so that reports are always in one order. */
export function groupRows(
  rows: number,
  value: (row: number) => FeatureValue,
  edges?: readonly number[],
): ReadonlyMap<string, Uint32Array> {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < rows; i++) {
    const name = groupName(value(i), edges);
    const group = groups.get(name);
    if (group) group.push(i);
    else groups.set(name, [i]);
  }
  const rising = [...(edges ?? []), Infinity].map((edge) => groupName(edge, edges));
  const sorted = [...groups].sort(([a], [b]) => rising.indexOf(a) - rising.indexOf(b) || (a < b ? -1 : 1));
  return new Map(sorted.map(([name, members]) => [name, Uint32Array.from(members)]));
}
