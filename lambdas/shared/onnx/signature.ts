import type { Signature } from '../../../contracts/artifact.ts';
import { MODEL_INPUT, MODEL_OUTPUT } from '../../../contracts/boundary.ts';
import { CoalmineError } from '../../../contracts/errors.ts';
import type { ModelDefinition } from '../../../contracts/model-definition.ts';
import { hasOnly, isRecord } from './shape.ts';

const invalid = (message: string, cause?: unknown) =>
  new CoalmineError('ArtifactInvalid', `signature.json: ${message}`, { cause });

const isVocabulary = (v: unknown) => Array.isArray(v) && v.every((c) => typeof c === 'string');

function isFeature(f: unknown): boolean {
  if (!isRecord(f) || typeof f['name'] !== 'string') return false;
  return f['kind'] === 'categorical'
    ? hasOnly(f, ['name', 'kind', 'vocabulary']) && isVocabulary(f['vocabulary'])
    : f['kind'] === 'numeric' && hasOnly(f, ['name', 'kind']);
}

/** What is wrong with it, or undefined. */
function flaw(json: unknown): string | undefined {
  if (!isRecord(json)) return 'must be an object';
  for (const name of ['model', 'featureSpecHash'])
    if (typeof json[name] !== 'string') return `${name} must be text`;
  if (json['input'] !== MODEL_INPUT) return `input must be '${MODEL_INPUT}'`;
  if (json['output'] !== MODEL_OUTPUT) return `output must be '${MODEL_OUTPUT}'`;
  const { features } = json;
  if (!Array.isArray(features)) return 'features must be a list';
  const wrong = features.findIndex((f) => !isFeature(f));
  if (wrong >= 0)
    return `features.${wrong} must be {name, kind: 'numeric'} or {name, kind: 'categorical', vocabulary}`;
  const known = ['model', 'featureSpecHash', 'features', 'input', 'output'];
  return hasOnly(json, known) ? undefined : `may have only ${known.join(', ')}`;
}

/**
 * Reads `signature.json`. By hand and not by the contract's zod schema, because importing zod would take a third of the
 * inference function's cold start; a test holds both against each other.
 * @throws CoalmineError ArtifactInvalid naming the field that is wrong
 */
export function parseSignature(bytes: Uint8Array): Signature {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (e) {
    throw invalid('is not JSON', e);
  }
  const wrong = flaw(json);
  if (wrong) throw invalid(wrong);
  return json as Signature;
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
