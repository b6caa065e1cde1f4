import { gunzipSync } from 'node:zlib';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { keys } from '../../contracts/names.ts';
import {
  type OutcomeLine,
  outcomeLineSchema,
  type PredictionLine,
  predictionLineSchema,
} from '../../contracts/prediction.ts';
import { describeError } from '../shared/errors.ts';
import { getBytes, type ObjectStore } from '../shared/objects.ts';

const DAY_MS = 86_400_000;
/**
 * Stored bytes of log that one check reads at most, some 10 s of JSON. A busier log is thinned to every k-th object:
 * the statistics are of shares, and a fair sample has the same.
 */
export const MAX_BYTES = 200_000_000;

export interface LogObject {
  readonly key: string;
  readonly bytes: number;
}

/** What reading the log came across. */
export interface LogReading {
  objects: number;
  /** 1 of so many objects was read. */
  every: number;
  readonly unreadable: { readonly key: string; readonly error: string }[];
  /** Lines that are neither a prediction nor an outcome. */
  garbage: number;
}

/** Log objects of the days that hold [fromMs, toMs), in order. */
export async function listLog(
  store: ObjectStore,
  bucket: string,
  model: string,
  fromMs: number,
  toMs: number,
): Promise<LogObject[]> {
  const found: LogObject[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) * DAY_MS; day <= toMs; day += DAY_MS) {
    const Prefix = keys.predictionDay(model, new Date(day).toISOString().slice(0, 10));
    let token: string | undefined;
    do {
      const page = await store.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix, ContinuationToken: token }),
      );
      for (const o of page.Contents ?? []) if (o.Key) found.push({ key: o.Key, bytes: o.Size ?? 0 });
      token = page.NextContinuationToken;
    } while (token);
  }
  return found;
}

/** Every k-th object, with the smallest k that keeps their bytes within `maxBytes`. */
export function thin(objects: readonly LogObject[], maxBytes: number): { kept: LogObject[]; every: number } {
  const bytes = objects.reduce((sum, o) => sum + o.bytes, 0);
  const every = Math.max(1, Math.ceil(bytes / maxBytes));
  return { kept: objects.filter((_, i) => i % every === 0), every };
}

/** Downloads at once; the next objects arrive while this one is parsed. */
const PARALLEL = 8;

/** Reads log lines. An object that cannot be read and a line that is no log line are counted, not fatal. */
export async function* readLog(
  store: ObjectStore,
  bucket: string,
  objects: readonly LogObject[],
  reading: LogReading,
): AsyncGenerator<PredictionLine | OutcomeLine> {
  const { kept, every } = thin(objects, MAX_BYTES);
  reading.objects = kept.length;
  reading.every = every;
  for (let i = 0; i < kept.length; i += PARALLEL) {
    const some = kept.slice(i, i + PARALLEL);
    const texts = await Promise.all(some.map((o) => readText(store, bucket, o.key)));
    for (const text of texts) {
      if (typeof text !== 'string') reading.unreadable.push(text);
      else
        for (const line of text.split('\n')) {
          if (line.trim() === '') continue;
          const parsed = parseLine(line);
          if (parsed) yield parsed;
          else reading.garbage++;
        }
    }
  }
}

async function readText(
  store: ObjectStore,
  bucket: string,
  key: string,
): Promise<string | LogReading['unreadable'][number]> {
  try {
    const { bytes } = await getBytes(store, bucket, key);
    // By the magic number: Firehose compresses what its configuration says, whatever the key ends in.
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : Buffer.from(bytes);
    return plain.toString('utf8');
  } catch (e) {
    const { name, message } = describeError(e);
    return { key, error: `${name}: ${message}` };
  }
}

/** One log line, or null when it is neither a prediction nor an outcome. */
export function parseLine(line: string): PredictionLine | OutcomeLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return predictionLineSchema.safeParse(value).data ?? outcomeLineSchema.safeParse(value).data ?? null;
  } catch {
    return null; // not JSON: the caller counts it
  }
}
