import { type Signature, signatureSchema } from '../../../contracts/artifact.ts';
import { CoalmineError } from '../../../contracts/errors.ts';
import type { ModelDefinition } from '../../../contracts/model-definition.ts';

const invalid = (message: string, cause?: unknown) =>
  new CoalmineError('ArtifactInvalid', `signature.json: ${message}`, { cause });

/**
 * Reads `signature.json`.
 * @throws CoalmineError ArtifactInvalid naming the field that is wrong
 */
export function parseSignature(bytes: Uint8Array): Signature {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (e) {
    throw invalid('is not JSON', e);
  }
  const parsed = signatureSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `${i.path.join('.') || '(root)'}: ${i.message}`);
  throw invalid(issues.join('; '));
}

/**
 * Checks that the code can make every value that the model wants: each feature of the signature is one of the
 * definition's, of the same kind. The definition may have more, for a newer model than this one.
 * @throws CoalmineError ArtifactInvalid naming the features that do not fit
 */
export function checkSignature(signature: Signature, definition: ModelDefinition): void {
  if (signature.model !== definition.name)
    throw invalid(`is of model '${signature.model}', not of '${definition.name}'`);
  const kinds = new Map(definition.features.map((f) => [f.name, f.kind]));
  const wrong = signature.features.filter((f) => kinds.get(f.name) !== f.kind);
  if (wrong.length === 0) return;
  const said = wrong.map((f) => `'${f.name}' is ${f.kind} here and ${kinds.get(f.name) ?? 'absent'} there`);
  throw invalid(`does not fit the model definition: ${said.join(', ')}`);
}
