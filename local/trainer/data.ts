import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Signature, signatureSchema } from '../../contracts/artifact.ts';
import { COLUMNS } from '../../contracts/names.ts';
import { TrainingError } from './failure.ts';

/** A split in memory: one Float32Array a feature (NaN is missing), labels 0 or 1. */
export interface Table {
  readonly features: readonly Float32Array[];
  readonly labels: Float64Array;
  readonly categorical: readonly boolean[];
}

/** @throws TrainingError if it is not a signature */
export function parseSignature(text: string): Signature {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TrainingError('signature.json is not JSON');
  }
  const parsed = signatureSchema.safeParse(json);
  if (!parsed.success)
    throw new TrainingError(`signature.json is not a signature: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/**
 * Reads every Parquet file of a channel, columns in the order of the signature.
 * @throws TrainingError naming the channel, if there is no file, no row, a missing column or a label that is not 0 or 1
 */
export async function readChannel(folder: string, channel: string, signature: Signature): Promise<Table> {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((f) => f.endsWith('.parquet'))
        .sort()
    : [];
  if (files.length === 0) throw new TrainingError(`channel ${channel} holds no Parquet file (${folder})`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const list = files.map((f) => `'${join(folder, f).replaceAll("'", "''")}'`).join(', ');
    const source = `read_parquet([${list}])`;
    const present = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`))
      .getColumns()[0]!
      .map(String);
    const names = [...signature.features.map((f) => f.name), COLUMNS.label];
    const lacking = names.filter((n) => !present.includes(n));
    if (lacking.length > 0)
      throw new TrainingError(`channel ${channel} lacks the column ${lacking.join(', ')}`);
    const selected = names.map((n) => `"${n.replaceAll('"', '""')}"::DOUBLE`).join(', ');
    const result = await connection.stream(`SELECT ${selected} FROM ${source}`);
    return collect(await result.fetchAllChunks(), signature, channel);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

type Chunk = { rowCount: number; getColumnVector(i: number): { getItem(row: number): unknown } };

function collect(chunks: readonly Chunk[], signature: Signature, channel: string): Table {
  const rows = chunks.reduce((sum, c) => sum + c.rowCount, 0);
  if (rows === 0) throw new TrainingError(`channel ${channel} is empty`);
  const width = signature.features.length;
  const features = Array.from({ length: width }, () => new Float32Array(rows));
  const labels = new Float64Array(rows);
  let at = 0;
  for (const chunk of chunks) {
    for (let c = 0; c <= width; c++) {
      const vector = chunk.getColumnVector(c);
      const out = c < width ? features[c]! : labels;
      for (let i = 0; i < chunk.rowCount; i++) {
        const value = vector.getItem(i);
        out[at + i] = typeof value === 'number' ? value : Number.NaN;
      }
    }
    at += chunk.rowCount;
  }
  const odd = labels.findIndex((y) => y !== 0 && y !== 1);
  if (odd >= 0) throw new TrainingError(`channel ${channel} has a label that is not 0 or 1 (row ${odd})`);
  return { features, labels, categorical: signature.features.map((f) => f.kind === 'categorical') };
}

/** @throws TrainingError for data that nothing can be learned from */
export function checkTrainable(train: Table): void {
  const positives = train.labels.reduce((sum, y) => sum + y, 0);
  if (positives === 0 || positives === train.labels.length)
    throw new TrainingError(
      `the training rows hold one class only (${positives} of ${train.labels.length} are positive)`,
    );
  if (train.features.every((column) => column.every((v) => Number.isNaN(v))))
    throw new TrainingError('every feature of the training rows is missing');
}
