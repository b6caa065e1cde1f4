import type { CompiledFeature } from '../shared/features/parse.ts';

/** Code of a missing category while rows are collected. */
export const MISSING_CODE = -1;

/** Parsed numbers of one feature; NaN is missing. */
export interface NumberColumn {
  readonly kind: 'numeric';
  readonly name: string;
  values: Float32Array | Float64Array;
}
/** Parsed categories of one feature, as positions in `categories`, in order of appearance. */
export interface CategoryColumn {
  readonly kind: 'categorical';
  readonly name: string;
  values: Int32Array;
  readonly categories: string[];
}
export type Column = NumberColumn | CategoryColumn;

/**
 * Accepted rows by column, in typed arrays: 4 bytes a value instead of a JavaScript object a row, which is what lets a
 * million rows of 30 features fit in some 150 MB.
 */
export interface Table {
  size: number;
  readonly columns: readonly Column[];
  /** Event time, epoch milliseconds. */
  time: Float64Array;
  /** First 64 bits of the entity's sha256. */
  entity: BigUint64Array;
  label: Uint8Array;
}

/**
 * An empty table.
 * @param precision `float32` for the model's vectors; `float64` for parsed values, which another version encodes later
 */
export function createTable(
  features: readonly CompiledFeature[],
  precision: 'float32' | 'float64',
  capacity = 0,
): Table {
  const numbers = () => (precision === 'float32' ? new Float32Array(capacity) : new Float64Array(capacity));
  return {
    size: 0,
    columns: features.map(({ kind, name }) =>
      kind === 'numeric'
        ? { kind, name, values: numbers() }
        : { kind, name, values: new Int32Array(capacity), categories: [] },
    ),
    time: new Float64Array(capacity),
    entity: new BigUint64Array(capacity),
    label: new Uint8Array(capacity),
  };
}

/** Makes room for `rows` more rows: capacity doubles, so that a row is copied twice at most on average. */
export function reserve(table: Table, rows: number): void {
  const need = table.size + rows;
  if (need <= table.time.length) return;
  const capacity = Math.max(need, table.time.length * 2, 4096);
  for (const column of table.columns) {
    if (column.kind === 'numeric') column.values = grown(column.values, capacity);
    else column.values = grown(column.values, capacity);
  }
  table.time = grown(table.time, capacity);
  table.entity = grown(table.entity, capacity);
  table.label = grown(table.label, capacity);
}

/** Rearranges the table to the rows of `order`, column by column: one column is held twice at a time. */
export function arrange(table: Table, order: Uint32Array): void {
  for (const column of table.columns) {
    if (column.kind === 'numeric') column.values = picked(column.values, order);
    else column.values = picked(column.values, order);
  }
  table.time = picked(table.time, order);
  table.entity = picked(table.entity, order);
  table.label = picked(table.label, order);
  table.size = order.length;
}

type Values = Float32Array | Float64Array | Int32Array | BigUint64Array | Uint8Array;

const sameKind = <A extends Values>(values: A, length: number): A =>
  new (values.constructor as new (n: number) => A)(length);

function grown<A extends Values>(values: A, capacity: number): A {
  const larger = sameKind(values, capacity);
  (larger as Float64Array).set(values as Float64Array);
  return larger;
}

function picked<A extends Values>(values: A, order: Uint32Array): A {
  const next = sameKind(values, order.length);
  for (let i = 0; i < order.length; i++) next[i] = values[order[i]!]!;
  return next;
}
