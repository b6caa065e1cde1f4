import type { Signature } from '../../../contracts/artifact.ts';
import { type FeatureRow, UNSEEN_CODE } from '../../../contracts/features.ts';

/**
 * Writes one parsed row as the model's vector into `out` at `offset`.
 * @returns how many values were categories that the vocabulary does not hold
 */
export type EncodeRow = (row: FeatureRow, out: Float32Array, offset: number) => number;

/** Codes of a vocabulary: the code of a category is its index. */
export const codesOf = (vocabulary: readonly string[]): ReadonlyMap<string, number> =>
  new Map(vocabulary.map((category, code) => [category, code]));

/** Compiles the encoder of one signature: vocabulary look-ups by hash, columns in the signature's order. */
export function compileEncoder(signature: Signature): EncodeRow {
  const names = signature.features.map((f) => f.name);
  const codes = signature.features.map((f) => (f.kind === 'categorical' ? codesOf(f.vocabulary) : undefined));
  return (row, out, offset) => {
    let unseen = 0;
    for (let i = 0; i < names.length; i++) {
      const value = row[names[i]!];
      const code = codes[i];
      if (value === null || value === undefined) out[offset + i] = Number.NaN;
      else if (code === undefined) out[offset + i] = typeof value === 'number' ? value : Number.NaN;
      else {
        const known = code.get(value as string);
        if (known === undefined) unseen++;
        out[offset + i] = known ?? UNSEEN_CODE;
      }
    }
    return unseen;
  };
}

const compiled = new WeakMap<Signature, EncodeRow>();

/** {@link compileEncoder} that remembers the signatures it has seen. */
export function encodeRow(signature: Signature, row: FeatureRow, out: Float32Array, offset: number): number {
  let encode = compiled.get(signature);
  if (!encode) {
    encode = compileEncoder(signature);
    compiled.set(signature, encode);
  }
  return encode(row, out, offset);
}
