import { SMOKE_ROWS } from '../../contracts/artifact.ts';

/** `count` of `from`, evenly spread from the first on. */
const spread = (from: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => from[Math.floor((i * from.length) / count)]!);

/**
 * Chooses the golden rows that a release's smoke test asks: up to half of them positive, the rest negative, evenly
 * spread over the set, always the same ones for the same set. Both classes, because a model that lost its inputs can
 * still be right about all of the more frequent class.
 * @returns row numbers, ascending
 */
export function chooseSmokeRows(labels: Uint8Array, wanted: number = SMOKE_ROWS): number[] {
  const rows = Array.from(labels, (_, i) => i);
  const positive = rows.filter((i) => labels[i] === 1);
  const negative = rows.filter((i) => labels[i] !== 1);
  const total = Math.min(wanted, rows.length);
  const positives = Math.max(
    Math.min(positive.length, Math.floor(total / 2)),
    total - negative.length, // few negatives: positives fill up
  );
  return [...spread(positive, positives), ...spread(negative, total - positives)].sort((a, b) => a - b);
}
