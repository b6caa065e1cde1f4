import { UNSEEN_CODE } from '../../contracts/features.ts';
import { MISSING_CODE } from './table.ts';

/** The frozen vocabulary of one feature, and what it does to collected positions. */
export interface Vocabulary {
  readonly categories: readonly string[];
  /** Training rows of each category. */
  readonly counts: readonly number[];
  /** Training rows of categories that did not make it. */
  readonly unseen: number;
  readonly nulls: number;
  /** Code by position in the collected categories. */
  readonly codeOf: Float32Array;
}

/**
 * The most frequent categories of the training rows (the first `trainRows`), ties by name in code-unit order. What only
 * validation has seen is unseen, as it would have been in production.
 */
export function freezeVocabulary(
  values: Int32Array,
  trainRows: number,
  categories: readonly string[],
  maxCategories: number,
): Vocabulary {
  const counts = new Uint32Array(categories.length);
  let nulls = 0;
  for (let i = 0; i < trainRows; i++) {
    if (values[i] === MISSING_CODE) nulls++;
    else counts[values[i]!]!++;
  }
  const seen = [...counts.keys()].filter((c) => counts[c]! > 0);
  seen.sort((a, b) => counts[b]! - counts[a]! || (categories[a]! < categories[b]! ? -1 : 1));
  const kept = seen.slice(0, maxCategories);
  const codeOf = new Float32Array(categories.length).fill(UNSEEN_CODE);
  kept.forEach((position, code) => {
    codeOf[position] = code;
  });
  return {
    categories: kept.map((c) => categories[c]!),
    counts: kept.map((c) => counts[c]!),
    unseen: seen.slice(maxCategories).reduce((sum, c) => sum + counts[c]!, 0),
    nulls,
    codeOf,
  };
}

/** Codes of collected positions: the model's input. Missing becomes NaN. */
export function encodePositions(values: Int32Array, codeOf: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++)
    out[i] = values[i] === MISSING_CODE ? Number.NaN : codeOf[values[i]!]!;
  return out;
}
