import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { TRAINED_FILES } from '../../contracts/artifact.ts';
import { CoalmineError } from '../../contracts/errors.ts';

export type TrainedFile = (typeof TRAINED_FILES)[number];
export type TrainedFiles = Readonly<Record<TrainedFile, Buffer>>;

/** Bounds on what an archive may unpack to: it comes from a container, and a gzip bomb must not end the function. */
export interface UnpackLimits {
  /** Bytes of all entries together. */
  readonly bytes: number;
  readonly entries: number;
}

/**
 * 256 MiB: onnxruntime holds a model about twice while it loads it, and an inference function has 1769 MB by default.
 * 100 entries: a model is four files; some toolkits add a code folder.
 */
export const UNPACK_LIMITS: UnpackLimits = { bytes: 256 * 1024 * 1024, entries: 100 };

const invalid = (message: string, cause?: unknown) =>
  new CoalmineError('ArtifactInvalid', `model.tar.gz: ${message}`, { cause });

/** The entry's path without a leading `./`. @throws CoalmineError ArtifactInvalid if it leaves the archive */
function safeName(name: string): string {
  const plain = name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');
  if (name.startsWith('/') || plain.split(/[/\\]/).includes('..') || name.includes('\0'))
    throw invalid(`entry '${name}' leads out of the archive`);
  return plain;
}

const isTrained = (name: string): name is TrainedFile => TRAINED_FILES.some((f) => f === name);

/**
 * Unpacks the files that a training container must write, in memory: nothing that an archive says is used as a path.
 * Other plain files are skipped; links, devices, duplicates and names that lead out of the archive are refused.
 * @throws CoalmineError ArtifactInvalid
 */
export async function unpack(archive: Readable, limits: UnpackLimits = UNPACK_LIMITS): Promise<TrainedFiles> {
  const found = new Map<TrainedFile, Buffer>();
  let [bytes, entries] = [0, 0];
  const tar = extract();
  const reading = (async () => {
    for await (const entry of tar) {
      const name = safeName(entry.header.name);
      if (++entries > limits.entries) throw invalid(`has more than ${limits.entries} entries`);
      if (entry.header.type !== 'file' && entry.header.type !== 'directory')
        throw invalid(`entry '${name}' is a ${entry.header.type}: only plain files are taken`);
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > limits.bytes) throw invalid(`unpacks to more than ${limits.bytes} bytes`);
        if (isTrained(name)) chunks.push(chunk);
      }
      if (!isTrained(name)) continue;
      if (found.has(name)) throw invalid(`holds ${name} twice`);
      found.set(name, Buffer.concat(chunks));
    }
  })();
  const feeding = pipeline(archive, createGunzip(), tar);
  // Whichever side fails first says why; the other is torn down with it.
  await Promise.all([reading.catch(stop), feeding]).catch((e: unknown) => {
    throw e instanceof CoalmineError ? e : invalid(`cannot be read: ${(e as Error).message}`, e);
  });
  const missing = TRAINED_FILES.filter((f) => !found.has(f));
  if (missing.length > 0) throw invalid(`lacks ${missing.join(', ')}`);
  return Object.fromEntries(found) as Record<TrainedFile, Buffer>;

  function stop(e: unknown): never {
    tar.destroy();
    archive.destroy();
    throw e;
  }
}
