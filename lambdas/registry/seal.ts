import { type ArtifactFiles, SEALED_FILES } from '../../contracts/artifact.ts';
import { keys } from '../../contracts/names.ts';
import { getBytes, type ObjectStore, putOnce, sha256 } from '../shared/clients.ts';
import { CoalmineError } from '../shared/errors.ts';

/**
 * Copies what was evaluated into the version's sealed prefix, each object from its pinned VersionId, its hash checked
 * on the way. Never replaces an object; a copy that stopped half-way is completed by the next.
 * @throws CoalmineError ArtifactInvalid when a file lacks or is not what was evaluated
 */
export async function seal(
  objects: ObjectStore,
  bucket: string,
  files: ArtifactFiles,
  model: string,
  version: number,
): Promise<ArtifactFiles> {
  const missing = SEALED_FILES.filter((f) => !files[f]);
  if (missing.length > 0)
    throw new CoalmineError('ArtifactInvalid', `version ${version} lacks ${missing.join(', ')}`);
  const sealed = await Promise.all(
    SEALED_FILES.map(async (file) => {
      const source = files[file]!;
      const { bytes } = await getBytes(objects, bucket, source.key, source.versionId);
      const hash = sha256(bytes);
      if (hash !== source.sha256)
        throw new CoalmineError(
          'ArtifactInvalid',
          `${source.key} has the sha256 ${hash}, evaluated was ${source.sha256}`,
        );
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
