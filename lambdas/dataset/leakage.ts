import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { rocAuc } from '../shared/statistics/auc.ts';
import type { Split } from './order.ts';

/** Rows of each class that one feature's AUC is estimated on; its standard error is below 0.003 then. */
const SAMPLE = 5000;
/** Fewest rows of a class for an AUC to accuse a feature. */
const MIN_CLASS_ROWS = 10;

/** A feature as the model sees it: numbers, or codes of categories; NaN is missing. */
export interface FeatureColumn {
  readonly name: string;
  readonly categorical: boolean;
  readonly values: Float32Array;
}

/**
 * Rows in [from, to): at most {@link SAMPLE} of each class, evenly spread. The AUC compares the classes and does not depend
 * on their shares, so sampling them apart does not bias it.
 */
function sampleRows(labels: Uint8Array, from: number, to: number): Uint32Array | null {
  const classes: [number[], number[]] = [[], []];
  for (let i = from; i < to; i++) classes[labels[i] === 1 ? 1 : 0].push(i);
  if (classes.some((rows) => rows.length < MIN_CLASS_ROWS)) return null;
  return Uint32Array.from(
    classes.flatMap((rows) => {
      const step = Math.max(1, rows.length / SAMPLE);
      return Array.from({ length: Math.min(SAMPLE, rows.length) }, (_, k) => rows[Math.floor(k * step)]!);
    }),
  );
}

/** AUC of scores in the direction in which they speak for the label. */
function separation(labels: Uint8Array, scores: Float64Array): number {
  const { value } = rocAuc(labels, scores);
  return value === null ? 0.5 : Math.max(value, 1 - value);
}

/** What is missing may give the label away too: it is tried below and above all numbers. */
function numericSeparation(labels: Uint8Array, values: Float64Array): number {
  const withMissing = (stand: number) => values.map((v) => (Number.isNaN(v) ? stand : v));
  const below = separation(labels, withMissing(Number.NEGATIVE_INFINITY));
  if (!values.some((v) => Number.isNaN(v))) return below;
  return Math.max(below, separation(labels, withMissing(Number.POSITIVE_INFINITY)));
}

/** Share of positives among the first `train` rows, by code; codes that they do not have are not in it. */
function positiveRates(labels: Uint8Array, values: Float32Array, train: number): Map<number, number> {
  const counts = new Map<number, [number, number]>();
  for (let i = 0; i < train; i++) {
    const cell = counts.get(values[i]!) ?? [0, 0];
    cell[0] += labels[i]!;
    cell[1]++;
    counts.set(values[i]!, cell);
  }
  return new Map([...counts].map(([code, [positives, rows]]) => [code, positives / rows]));
}

/**
 * The highest AUC that a feature alone reaches on the label, in the training or in the validation rows (a leak may have
 * begun only lately); null when there are too few rows of a class. Categories are scored by their share of positives in
 * training and judged on the validation rows, since in training a column of keys would separate anything.
 * @param train rows before it train, the rest validates
 */
export function featureAuc(labels: Uint8Array, column: FeatureColumn, train: number): number | null {
  const { values, categorical } = column;
  const parts = (categorical ? [] : [sampleRows(labels, 0, train)]).concat(
    sampleRows(labels, train, labels.length),
  );
  const rates = categorical ? positiveRates(labels, values, train) : null;
  const prior = labels.subarray(0, train).reduce((sum, y) => sum + y, 0) / Math.max(1, train);
  const aucs = parts.flatMap((rows) => {
    if (!rows) return [];
    const of = Uint8Array.from(rows, (i) => labels[i]!);
    if (rates)
      return [
        separation(
          of,
          Float64Array.from(rows, (i) => rates.get(values[i]!) ?? prior),
        ),
      ];
    return [
      numericSeparation(
        of,
        Float64Array.from(rows, (i) => values[i]!),
      ),
    ];
  });
  return aucs.length > 0 ? Math.max(...aucs) : null;
}

/** Every feature that alone tells the label, as one sentence each. */
export function leakingFeatures(
  { data }: ModelDefinition,
  labels: Uint8Array,
  columns: readonly FeatureColumn[],
  train: number,
): string[] {
  return columns.flatMap((column) => {
    const auc = featureAuc(labels, column, train);
    if (auc === null || auc < data.maxFeatureAuc) return [];
    return [
      `${column.name}: leakage: alone it reaches an AUC of ${auc.toFixed(3)} on the label, from ${data.maxFeatureAuc} on it is taken for the label itself`,
    ];
  });
}

/** Features that were known only after the label, as one sentence each. */
export const lateFeatures = (late: ReadonlyMap<string, number>): string[] =>
  [...late].map(
    ([name, rows]) => `${name}: leakage: ${rows} rows have a value that is later than their label`,
  );

/** Whether the split holds: nothing that is trained on is as late as what validates, and nothing that validates earlier. */
export function splitFailures(times: Float64Array, { at, timeMs }: Split): string[] {
  let [late, early] = [0, 0];
  for (let i = 0; i < times.length; i++) {
    if (i < at && times[i]! >= timeMs) late++;
    if (i >= at && times[i]! < timeMs) early++;
  }
  const failures: string[] = [];
  if (late > 0) failures.push(`leakage: ${late} training rows are not earlier than the split`);
  if (early > 0) failures.push(`leakage: ${early} validation rows are earlier than the split`);
  return failures;
}
