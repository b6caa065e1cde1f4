import { createHash } from 'node:crypto';
import type { ArtifactFiles, PinnedObject, Signature } from '../../../contracts/artifact.ts';
import { CoalmineError } from '../../../contracts/errors.ts';
import { openModel, type Scorer } from './session.ts';
import { parseSignature } from './signature.ts';

/** Reads one version of one object. */
export type ReadObject = (key: string, versionId: string) => Promise<Uint8Array>;

/** A version of the model, ready to score. */
export interface LoadedModel {
  readonly signature: Signature;
  readonly scorer: Scorer;
}

/** Files of an artifact that scoring needs. */
export const SERVING_FILES = ['model.onnx', 'signature.json'] as const;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * Reads a pinned object and refuses bytes other than those that were registered.
 * @throws CoalmineError ArtifactInvalid naming the object and both hashes
 */
export async function readPinned(read: ReadObject, pinned: PinnedObject): Promise<Uint8Array> {
  const bytes = await read(pinned.key, pinned.versionId);
  const actual = sha256(bytes);
  if (actual !== pinned.sha256)
    throw new CoalmineError(
      'ArtifactInvalid',
      `${pinned.key} (version ${pinned.versionId}) has sha256 ${actual}, registered was ${pinned.sha256}: register the version again`,
    );
  return bytes;
}

/**
 * Loads what scoring needs of an artifact: hashes checked, signature read, model run once.
 * @throws CoalmineError ArtifactInvalid
 */
export async function loadModel(read: ReadObject, files: ArtifactFiles): Promise<LoadedModel> {
  const pinned = SERVING_FILES.map((name) => {
    const file = files[name];
    if (!file) throw new CoalmineError('ArtifactInvalid', `the artifact has no ${name}`);
    return file;
  });
  const [model, signatureBytes] = await Promise.all(pinned.map((p) => readPinned(read, p)));
  const signature = parseSignature(signatureBytes!);
  return { signature, scorer: await openModel(model!, signature.features.length) };
}
