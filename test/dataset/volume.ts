import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { GoldenManifest } from '../../contracts/dataset.ts';
import { defineModel } from '../../contracts/model-definition.ts';
import type { Model } from '../../lambdas/shared/model.ts';
import type { ObjectStore } from '../../lambdas/shared/objects.ts';

export const ROWS = 1_000_000;
export const NOW = new Date('2026-11-18T06:00:00Z');
const RAW_KEY = 'volume/dt=2026-11-17/part-0.parquet';
const NUMERIC = 24;
const CATEGORICAL = 5;

/** 24 numbers, 5 categories and one on-demand feature. */
export const model: Model = {
  definition: defineModel({
    name: 'volume',
    description: 'A million rows of thirty features',
    task: 'binary',
    entity: 'id',
    eventTime: 'at',
    label: { column: 'y' },
    inputs: ['at'],
    features: [
      ...Array.from({ length: NUMERIC }, (_, i) => ({
        name: `n${i}`,
        kind: 'numeric' as const,
        min: -100,
        max: 100,
      })),
      ...Array.from({ length: CATEGORICAL }, (_, i) => ({ name: `c${i}`, kind: 'categorical' as const })),
      { name: 'ratio', kind: 'numeric', onDemand: true },
    ],
  }),
  features: { ratio: (raw) => Number(raw['n0']) / (1 + Math.abs(Number(raw['n1']))) },
};

/** Writes the raw Parquet file: some nulls, some values out of range, some duplicates. */
export async function makeRaw(db: DuckDBConnection, path: string): Promise<void> {
  const numbers = Array.from(
    { length: NUMERIC },
    (_, i) =>
      `CASE WHEN hash(i, ${i}) % 50 = 0 THEN NULL ELSE (hash(i, ${i}, 1) % 1000003) / 10000.0 END AS n${i}`,
  );
  const categories = Array.from(
    { length: CATEGORICAL },
    (_, i) => `'category-' || (hash(i, ${i}, 2) % ${5 + 10 * i}) AS c${i}`,
  );
  await db.run(
    `COPY (SELECT 'card-' || (hash(i) % 100000) AS id,
       TIMESTAMP '2026-11-17' + to_milliseconds(CAST(hash(i, 3) % 86400000 AS BIGINT)) AS at,
       CAST(hash(i, 404) % 50 = 0 AS INTEGER) AS y, ${[...numbers, ...categories].join(', ')}
     FROM (SELECT unnest(range(${ROWS})) AS i)) TO '${path}' (FORMAT parquet)`,
  );
}

export function putGolden(store: FolderStore): void {
  const manifest: GoldenManifest = {
    model: 'volume',
    version: 'golden-20261101-000000000000',
    rows: 0,
    positives: 0,
    fraction: 0.05,
    window: { from: '', to: '' },
  };
  store.put('golden/volume/golden-20261101-000000000000/manifest.json', JSON.stringify(manifest));
}

/** S3 as a folder, for objects that should not weigh on the measured process's memory. */
export class FolderStore implements ObjectStore {
  readonly #dir: string;
  readonly send: ObjectStore['send'] = ((command: unknown) => this.#answer(command)) as ObjectStore['send'];

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dirname(this.rawPath()), { recursive: true });
  }

  rawPath(): string {
    return join(this.#dir, RAW_KEY);
  }

  put(key: string, body: string | Uint8Array): void {
    const path = join(this.#dir, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  }

  async #answer(command: unknown): Promise<object> {
    if (command instanceof ListObjectsV2Command) return { Contents: [{ Key: RAW_KEY }] };
    if (command instanceof PutObjectCommand) {
      this.put(command.input.Key!, command.input.Body as Uint8Array);
      return { VersionId: '1' };
    }
    if (!(command instanceof GetObjectCommand)) throw new Error('FolderStore knows no such command');
    const path = join(this.#dir, command.input.Key!);
    if (!existsSync(path)) throw Object.assign(new Error('NoSuchKey'), { name: 'NoSuchKey' });
    const Body = Object.assign(createReadStream(path), {
      transformToByteArray: async () => new Uint8Array(readFileSync(path)),
    });
    return { Body, VersionId: '1', ContentLength: statSync(path).size };
  }
}
