import { createHash } from 'node:crypto';
import { MODEL_INPUT, MODEL_OUTPUT, type Signature } from '../../contracts/artifact.ts';
import type { FeatureBaseline } from '../../contracts/dataset.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { featureSpecHash } from '../shared/features/spec-hash.ts';
import { numericBaseline } from '../shared/statistics/numeric-baseline.ts';
import type { Collected } from './collect.ts';
import { canonicalOrder, type Split, splitByTime } from './order.ts';
import { arrange, type Table } from './table.ts';
import { encodePositions, freezeVocabulary } from './vocabulary.ts';
import type { Values } from './write-parquet.ts';

/** A dataset version in memory, before it has a name. */
export interface Built {
  readonly split: Split | undefined;
  readonly rows: { readonly train: number; readonly validation: number };
  readonly positives: { readonly train: number; readonly validation: number };
  /** Rejected rows, duplicates included. */
  readonly rejected: number;
  readonly signature: Signature;
  readonly baseline: Record<string, FeatureBaseline>;
  readonly values: readonly Extract<Values, { type: 'float' }>[];
  readonly contentHash: string;
}

/** Reason under which duplicates are counted. */
export const DUPLICATE = 'duplicate row';

/**
 * Orders, deduplicates, splits and encodes collected rows, and profiles the training part. Rearranges the collected
 * table and adds the duplicates to its counts.
 */
export function build(collected: Collected, definition: ModelDefinition, goldenVersion: string): Built {
  const { table, tally } = collected;
  const { order, duplicates } = canonicalOrder(table);
  if (duplicates > 0) tally.rejectedBy[DUPLICATE] = duplicates;
  arrange(table, order);
  const split = splitByTime(table.time, definition.data.trainFraction);
  const train = split?.at ?? table.size;
  const baseline: Record<string, FeatureBaseline> = {};
  const features: Signature['features'] = [];
  const values = definition.features.map((feature, f) => {
    const column = table.columns[f]!;
    const { name } = feature;
    if (column.kind === 'numeric' || feature.kind === 'numeric') {
      const numbers = column.values as Float32Array;
      baseline[name] = numericBaseline(numbers.subarray(0, train));
      features.push({ name, kind: 'numeric' });
      return { name, type: 'float', values: numbers } as const;
    }
    const v = freezeVocabulary(column.values, train, column.categories, feature.maxCategories);
    const counts = Object.fromEntries(v.categories.map((c, i) => [c, v.counts[i]!]));
    baseline[name] = { kind: 'categorical', counts, unseen: v.unseen, nulls: v.nulls };
    features.push({ name, kind: 'categorical', vocabulary: [...v.categories] });
    return { name, type: 'float', values: encodePositions(column.values, v.codeOf) } as const;
  });
  const signature: Signature = {
    model: definition.name,
    featureSpecHash: featureSpecHash(definition),
    features,
    input: MODEL_INPUT,
    output: MODEL_OUTPUT,
  };
  return {
    split,
    rows: { train, validation: table.size - train },
    positives: { train: ones(table, 0, train), validation: ones(table, train, table.size) },
    rejected: tally.total().rejected + duplicates,
    signature,
    baseline,
    values,
    contentHash: contentHash(collected, signature, values, train, goldenVersion),
  };
}

/** sha256 over everything the version holds: signature, golden version, split, columns, and what was rejected. */
function contentHash(
  { table, tally, rejects }: Collected,
  signature: Signature,
  values: Built['values'],
  train: number,
  goldenVersion: string,
): string {
  const hash = createHash('sha256');
  const { rejectedBy } = tally;
  const counts = Object.entries(rejectedBy).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(JSON.stringify([signature, goldenVersion, train, table.size, counts, rejects.digest()]));
  for (const array of [...values.map((v) => v.values), table.time, table.entity, table.label])
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}

function ones(table: Table, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += table.label[i]!;
  return sum;
}
