import { isNamed } from '../shared/errors.ts';
import { getBytes, type ObjectStore, putOnce } from '../shared/objects.ts';

/** Whether a manifest is there. It is written last: where it is, everything it names is. */
export async function manifestExists(store: ObjectStore, bucket: string, key: string): Promise<boolean> {
  try {
    await getBytes(store, bucket, key);
    return true;
  } catch (e) {
    if (isNamed(e, 'NoSuchKey', 'NotFound')) return false;
    throw e;
  }
}

/**
 * Writes a manifest unless it is there. Another attempt at the same content may have been first; its window ends a
 * moment earlier or later, and it is as true as ours.
 */
export async function putManifest(
  store: ObjectStore,
  bucket: string,
  key: string,
  manifest: object,
): Promise<void> {
  try {
    await putOnce(store, { bucket, key, body: JSON.stringify(manifest, null, 2) });
  } catch (e) {
    if (!(await manifestExists(store, bucket, key))) throw e;
  }
}
