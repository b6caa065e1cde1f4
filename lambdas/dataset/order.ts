import type { Table } from './table.ts';

/**
 * The canonical order of a dataset: by event time, entity, label, then values. It depends on the rows alone, not on
 * files or on the order of reading, so that the same rows give the same bytes. Of rows equal in all of these (the same
 * entity, time, label and vector: a duplicate) only the first is kept.
 */
export function canonicalOrder(table: Table): { readonly order: Uint32Array; readonly duplicates: number } {
  const compare = comparator(table);
  const order = new Uint32Array(table.size);
  for (let i = 0; i < order.length; i++) order[i] = i;
  order.sort(compare);
  let kept = 0;
  for (let i = 0; i < order.length; i++) {
    if (kept > 0 && compare(order[kept - 1]!, order[i]!) === 0) continue;
    order[kept++] = order[i]!;
  }
  return { order: order.subarray(0, kept), duplicates: table.size - kept };
}

function comparator({ time, entity, label, columns }: Table): (a: number, b: number) => number {
  // Two 32-bit words compare without making a BigInt; little-endian, as every platform Node runs on.
  const words = new Uint32Array(entity.buffer, entity.byteOffset, entity.length * 2);
  return (a, b) => {
    const byTime = time[a]! - time[b]!;
    if (byTime !== 0) return byTime;
    const high = words[2 * a + 1]! - words[2 * b + 1]!;
    if (high !== 0) return high;
    const low = words[2 * a]! - words[2 * b]!;
    if (low !== 0) return low;
    if (label[a] !== label[b]) return label[a]! - label[b]!;
    for (const column of columns) {
      const x = column.values[a]!;
      const y = column.values[b]!;
      if (x === y) continue;
      if (column.kind === 'categorical') {
        // Positions depend on the order of reading, texts do not; a missing category sorts first.
        return (column.categories[x] ?? '') < (column.categories[y] ?? '') ? -1 : 1;
      }
      const order = compareNumbers(x, y);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** NaN equals NaN and sorts first. */
function compareNumbers(x: number, y: number): number {
  if (x < y) return -1;
  if (x > y) return 1;
  return Number(Number.isNaN(y)) - Number(Number.isNaN(x)) || 0;
}

export interface Split {
  /** Rows before it train, the rest validates. */
  readonly at: number;
  /** Event time of the first validation row, epoch milliseconds. */
  readonly timeMs: number;
}

/**
 * Splits sorted event times at the fraction. Rows of equal time stay together: the boundary moves back to the first
 * row of its time, or forward to the next time when that would leave nothing to train on.
 * @returns undefined when all rows have one time
 */
export function splitByTime(sorted: Float64Array, trainFraction: number): Split | undefined {
  if (sorted.length === 0) return undefined;
  let at = Math.min(Math.floor(sorted.length * trainFraction), sorted.length - 1);
  const time = sorted[at]!;
  while (at > 0 && sorted[at - 1] === time) at--;
  if (at === 0) while (at < sorted.length && sorted[at] === time) at++;
  return at === sorted.length ? undefined : { at, timeMs: sorted[at]! };
}
