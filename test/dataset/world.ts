import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DomainEvent } from '../../contracts/events.ts';
import { defineModel, type ModelDefinitionInput } from '../../contracts/model-definition.ts';
import type { DatasetService } from '../../lambdas/dataset/service.ts';
import { FakeBucket } from '../fakes/bucket.ts';

export const NOW = new Date('2026-11-18T06:00:00.000Z');

export const definition = (over: Partial<ModelDefinitionInput> = {}) =>
  defineModel({
    name: 'demo',
    description: 'demo',
    task: 'binary',
    entity: 'id',
    eventTime: 'at',
    label: { column: 'y' },
    inputs: ['at'],
    features: [
      { name: 'amount', kind: 'numeric', min: 0, max: 1000, onNull: 'reject' },
      { name: 'speed', kind: 'numeric', onNull: { default: 5 } },
      { name: 'colour', kind: 'categorical', maxCategories: 2 },
      { name: 'hour', kind: 'numeric', onDemand: true },
    ],
    data: { windowDays: 5, minRows: 50, delimiter: ';' },
    golden: { fraction: 0.2, minRowsPerClass: 2 },
    ...over,
  });

/** A dataset function on an S3 in memory, with the events it published. */
export function world(over: Partial<ModelDefinitionInput> = {}) {
  const bucket = new FakeBucket();
  const events: DomainEvent[] = [];
  const notes: string[] = [];
  let golden: string | null = null;
  const time = { now: NOW };
  const service: DatasetService = {
    deps: {
      model: {
        definition: definition(over),
        features: { hour: (raw) => new Date(String(raw['at'])).getUTCHours() },
      },
      store: bucket,
      rawBucket: 'raw',
      datasetBucket: 'datasets',
      scratch: mkdtempSync(join(tmpdir(), 'dataset-test-')),
      clock: () => time.now,
      note: (text) => notes.push(text),
    },
    setting: {
      get: async () => golden,
      setOnce: async (version) => {
        golden ??= version;
        return golden;
      },
      replace: async (from, version) => {
        if (golden === from) golden = version;
        return golden ?? version;
      },
    },
    publish: async (event) => {
      events.push({ at: time.now.toISOString(), ...event } as DomainEvent);
    },
  };
  return { bucket, events, notes, service, time };
}

const COLOURS = ['red', 'red', 'red', 'blue', 'blue', 'green'];
export const HEADER = 'id;at;y;amount;speed;colour';
/** `n` good CSV lines of one day, one every `stepMs`. */
export function csvLines(date: string, n: number, stepMs = 300_000): string[] {
  return Array.from({ length: n }, (_, i) => {
    const at = new Date(Date.parse(`${date}T00:00:00Z`) + i * stepMs).toISOString();
    return `card-${i % 40};${at};${Number(i % 5 === 0)};${i};${i % 7 === 0 ? '' : i / 10};"${COLOURS[i % 6]}"`;
  });
}
export const DATES = ['2026-11-13', '2026-11-14', '2026-11-15', '2026-11-16', '2026-11-17'];
export const rawKey = (date: string, file = 'part.csv') => `demo/dt=${date}/${file}`;

/** Puts 60 good rows on each of five days. */
export function putWeek(bucket: FakeBucket): void {
  for (const date of DATES) bucket.put(rawKey(date), [HEADER, ...csvLines(date, 60), ''].join('\n'));
}

/** Rows of a Parquet object. */
export async function parquetRows(bytes: Buffer): Promise<Record<string, unknown>[]> {
  const { writeFileSync, rmSync } = await import('node:fs');
  const dir = mkdtempSync(join(tmpdir(), 'parquet-test-'));
  const path = join(dir, 'file.parquet');
  writeFileSync(path, bytes);
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  try {
    return (await db.runAndReadAll(`SELECT * FROM '${path}'`)).getRowObjectsJS();
  } finally {
    db.closeSync();
    instance.closeSync();
    rmSync(dir, { recursive: true });
  }
}
