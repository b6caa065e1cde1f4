import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { keys } from '../../contracts/names.ts';
import type { ObjectStore } from '../shared/objects.ts';
import { dateOf, type Window } from './window.ts';

export type Format = 'parquet' | 'csv' | 'jsonl';

/** One raw object, downloaded. */
export interface Source {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  /** Date of its partition, `YYYY-MM-DD`. */
  readonly date: string;
  readonly format: Format;
  readonly path: string;
}

/** Format by the ending of the key (`.gz` may follow), or undefined for an object that is no raw file. */
export function formatOf(key: string): Format | undefined {
  const name = key.endsWith('.gz') ? key.slice(0, -3) : key;
  return (['parquet', 'csv', 'jsonl'] as const).find((f) => name.endsWith(`.${f}`));
}

/** Keys of the raw objects in the partitions of the window, in order of key. */
export async function listKeys(
  store: ObjectStore,
  bucket: string,
  model: string,
  window: Window,
): Promise<string[]> {
  const prefix = `${keys.rawPrefix(model)}dt=`;
  const last = `${prefix}${dateOf(window.toMs - 1)}/`;
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await store.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        // Partitions sort by date: begin just before the window's first.
        StartAfter: `${prefix}${dateOf(window.fromMs)}`,
        ContinuationToken: token,
      }),
    );
    for (const { Key } of page.Contents ?? []) if (Key) found.push(Key);
    token = page.NextContinuationToken;
    const newest = found.at(-1);
    if (newest && !newest.startsWith(last) && newest > last) break;
  } while (token);
  return found.filter((key) => key < last || key.startsWith(last)).sort();
}

/** Downloads at once: S3 gives one connection some 80 MB/s, and a function has a handful of cores. */
const PARALLEL = 8;

/**
 * Downloads raw objects to `dir`, unpacked, each with the VersionId of what was read. Keys of unknown formats are
 * left out and returned by themselves.
 */
export async function download(
  store: ObjectStore,
  bucket: string,
  objectKeys: readonly string[],
  dir: string,
): Promise<{ readonly sources: Source[]; readonly unknown: string[] }> {
  const unknown = objectKeys.filter((k) => !formatOf(k));
  const wanted = objectKeys.filter((k) => formatOf(k));
  const sources: Source[] = new Array(wanted.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < wanted.length; i = next++)
      sources[i] = await downloadOne(store, bucket, wanted[i]!, join(dir, `raw-${i}`));
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return { sources, unknown };
}

async function downloadOne(store: ObjectStore, bucket: string, key: string, path: string): Promise<Source> {
  const object = await store.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const body = object.Body as Readable | undefined;
  if (!body) throw new Error(`s3://${bucket}/${key} has no body`);
  const file = createWriteStream(path);
  await (key.endsWith('.gz') ? pipeline(body, createGunzip(), file) : pipeline(body, file));
  return {
    key,
    versionId: object.VersionId ?? 'null',
    bytes: object.ContentLength ?? 0,
    date: /\/dt=(\d{4}-\d{2}-\d{2})\//.exec(key)?.[1] ?? '',
    format: formatOf(key)!,
    path,
  };
}
