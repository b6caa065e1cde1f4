import type { Signature } from '../../contracts/artifact.ts';
import { CoalmineError } from '../../contracts/errors.ts';
import { type FeatureRow, UNSEEN_CODE } from '../../contracts/features.ts';
import { compileEncoder } from '../shared/features/encode.ts';
import type { LoadedModel } from '../shared/onnx/load.ts';
import type { VectorSet } from './tables.ts';

/** Rows scored at a time: enough to make the call's overhead small, little enough to need a few megabytes only. */
const CHUNK = 4096;

/**
 * Scores `rows` rows, `CHUNK` at a time. `fill` writes the vectors of rows `from` to `from + count` into `out`.
 * @throws CoalmineError ArtifactInvalid naming the first row whose score is not finite
 */
async function inChunks(
  { scorer }: LoadedModel,
  rows: number,
  fill: (from: number, count: number, out: Float32Array) => void,
): Promise<Float64Array> {
  const scores = new Float64Array(rows);
  for (let from = 0; from < rows; from += CHUNK) {
    const count = Math.min(CHUNK, rows - from);
    const vectors = new Float32Array(count * scorer.width);
    fill(from, count, vectors);
    scores.set(await scorer.score(vectors, count), from);
  }
  const wrong = scores.findIndex((s) => !Number.isFinite(s));
  if (wrong >= 0)
    throw new CoalmineError('ArtifactInvalid', `model.onnx: answers row ${wrong} with ${scores[wrong]}`);
  return scores;
}

/** Scores parsed rows, encoded by the model's own signature. */
export function scoreRows(model: LoadedModel, rows: readonly FeatureRow[]): Promise<Float64Array> {
  const encode = compileEncoder(model.signature);
  const { width } = model.scorer;
  return inChunks(model, rows.length, (from, count, out) => {
    for (let i = 0; i < count; i++) encode(rows[from + i]!, out, i * width);
  });
}

/** Scores vectors that were encoded by the model's own signature. */
export function scoreVectors(model: LoadedModel, { vectors, labels }: VectorSet): Promise<Float64Array> {
  const { width } = model.scorer;
  return inChunks(model, labels.length, (from, count, out) => {
    out.set(vectors.subarray(from * width, (from + count) * width));
  });
}

/**
 * Stands for a category that the dataset's vocabulary does not hold: which one it was is lost, so it must not be a
 * category of any vocabulary. Categories come from text that has been trimmed, and this one has not.
 */
const LOST_CATEGORY = ' unseen ';

/** Turns a vector back into the row it was encoded from, as far as it can be known. */
export function decoder(signature: Signature): (vectors: Float32Array, offset: number) => FeatureRow {
  const { features } = signature;
  return (vectors, offset) => {
    const row: FeatureRow = {};
    for (const [i, feature] of features.entries()) {
      const value = vectors[offset + i]!;
      if (Number.isNaN(value)) row[feature.name] = null;
      else if (feature.kind === 'numeric') row[feature.name] = value;
      else
        row[feature.name] =
          value === UNSEEN_CODE ? LOST_CATEGORY : (feature.vocabulary[value] ?? LOST_CATEGORY);
    }
    return row;
  };
}

/** Scores vectors that were encoded by another signature: back to values, and on by the model's own. */
export function scoreForeignVectors(
  model: LoadedModel,
  { vectors, labels }: VectorSet,
  signature: Signature,
): Promise<Float64Array> {
  const decode = decoder(signature);
  const encode = compileEncoder(model.signature);
  const { width } = model.scorer;
  const from = signature.features.length;
  return inChunks(model, labels.length, (start, count, out) => {
    for (let i = 0; i < count; i++) encode(decode(vectors, (start + i) * from), out, i * width);
  });
}
