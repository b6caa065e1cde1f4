import {
  type ArtifactFiles,
  type PinnedObject,
  SEALED_FILES,
  type SealedFile,
} from '../../contracts/artifact.ts';
import { keys } from '../../contracts/names.ts';
import { getBytes, type ObjectStore, putOnce, sha256 } from '../shared/clients.ts';
import { CoalmineError } from '../shared/errors.ts';

/**
 * Copies what was evaluated into the version's sealed prefix, each object from its pinned VersionId, its hash checked
 * on the way. Never replaces an object; a copy that stopped half-way is completed by the next.
 * @param made files that registration made itself, in place of what evaluation wrote under their names
 * @throws CoalmineError ArtifactInvalid when a file lacks or is not what was evaluated
 */
export async function seal(
  objects: ObjectStore,
  bucket: string,
  files: ArtifactFiles,
  model: string,
  version: number,
  made: Readonly<Partial<Record<SealedFile, Buffer>>> = {},
): Promise<ArtifactFiles> {
  const missing = SEALED_FILES.filter((f) => !files[f]);
  if (missing.length > 0)
    throw new CoalmineError('ArtifactInvalid', `version ${version} lacks ${missing.join(', ')}`);
  const sealed = await Promise.all(
    SEALED_FILES.map(async (file) => {
      const bytes = made[file] ?? (await evaluated(objects, bucket, files[file]!));
      const { existed: _, ...pin } = await putOnce(objects, {
        bucket,
        key: keys.sealed(model, version, file),
        body: bytes,
      });
      return [file, pin] as const;
    }),
  );
  return Object.fromEntries(sealed);
}

async function evaluated(objects: ObjectStore, bucket: string, source: PinnedObject): Promise<Uint8Array> {
  const { bytes } = await getBytes(objects, bucket, source.key, source.versionId);
  const hash = sha256(bytes);
  if (hash === source.sha256) return bytes;
  throw new CoalmineError(
    'ArtifactInvalid',
    `${source.key} has the sha256 ${hash}, evaluated was ${source.sha256}`,
  );
}
