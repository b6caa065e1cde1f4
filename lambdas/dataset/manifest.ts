import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { type ObjectStore, putOnce } from '../shared/objects.ts';

/**
 * Whether a manifest is there. It is written last: where it is, everything it names is. Asked by listing: to read an
 * object that is not there is AccessDenied for a role that may list only some prefixes.
 */
export async function manifestExists(store: ObjectStore, bucket: string, key: string): Promise<boolean> {
  const page = await store.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  return page.Contents?.[0]?.Key === key;
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
