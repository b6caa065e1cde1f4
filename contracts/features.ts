/**
 * What a feature value is on its way from raw data to the model.
 *
 * raw record (strings, numbers, anything) ──parse──▶ {@link FeatureRow} ──encode──▶ Float32 vector
 *
 * Parsing applies types, defaults, ranges and on-demand features; encoding applies the vocabulary frozen in
 * `signature.json`. Both live in `lambdas/shared/features` and run identically in freeze and in inference.
 */

/** A value as parsed: a finite number, a category, or `null` for missing. */
export type FeatureValue = number | string | null;
/** One parsed row by feature name. This, not the vector, is what the prediction log carries. */
export type FeatureRow = Record<string, FeatureValue>;
/** An unparsed record as it came: a CSV/Parquet/JSON row, or the body of a prediction request. */
export type RawRecord = Record<string, unknown>;

/**
 * On-demand features of one model: computed from the raw record, at freeze and at inference by the same function.
 * Must be pure: no clock, no randomness, no I/O. Default export of `models/<name>/features.ts`.
 */
export type OnDemandFeatures = Record<string, (raw: RawRecord) => unknown>;

/** Code of a category that the vocabulary does not hold, and of nothing else. Missing is NaN. */
export const UNSEEN_CODE = -1;
