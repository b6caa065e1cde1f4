import type { ArtifactFiles } from '../../contracts/artifact.ts';
import { CoalmineError } from '../../contracts/errors.ts';
import { SEALED_ENV, SLOTS, type Slot } from '../../contracts/names.ts';
import { hasOnly, isRecord } from '../shared/onnx/shape.ts';

/** What a published Lambda version was sealed with. */
export interface Sealed {
  readonly version: number;
  readonly run: string;
  readonly slot: Slot;
  readonly artifact: ArtifactFiles;
}

const invalid = (name: string, expected: string, cause?: unknown) =>
  new CoalmineError('ArtifactInvalid', `${name} must be ${expected}: prepare the release again`, { cause });

const isPin = (pin: unknown): boolean =>
  isRecord(pin) &&
  typeof pin['key'] === 'string' &&
  typeof pin['versionId'] === 'string' &&
  typeof pin['sha256'] === 'string' &&
  pin['sha256'].length === 64 &&
  hasOnly(pin, ['key', 'versionId', 'sha256']);

/** The pinned files; by hand, because importing zod would take a third of the cold start. */
function artifactOf(text: string): ArtifactFiles {
  const expected = 'JSON of the pinned files';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(SEALED_ENV.artifact, expected, cause);
  }
  if (!isRecord(json) || !Object.values(json).every(isPin)) throw invalid(SEALED_ENV.artifact, expected);
  return json as ArtifactFiles;
}

/**
 * Reads what the release machine sealed into the environment; null when it sealed nothing (the version that
 * CloudFormation made): there is no model to serve yet.
 * @throws CoalmineError ArtifactInvalid when only a part is there or a part is malformed
 */
export function readSealed(env: Readonly<Record<string, string | undefined>>): Sealed | null {
  const names = Object.values(SEALED_ENV);
  const missing = names.filter((name) => !env[name]);
  if (missing.length === names.length) return null;
  if (missing.length > 0) throw invalid(missing.join(', '), 'sealed with the others');
  const version = Number(env[SEALED_ENV.version]);
  if (!Number.isInteger(version) || version < 1) throw invalid(SEALED_ENV.version, 'a positive integer');
  const slot = SLOTS.find((s) => s === env[SEALED_ENV.slot]);
  if (!slot) throw invalid(SEALED_ENV.slot, SLOTS.join(' or '));
  return { version, run: env[SEALED_ENV.run]!, slot, artifact: artifactOf(env[SEALED_ENV.artifact]!) };
}
