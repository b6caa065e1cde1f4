import { DuckDBInstance } from '@duckdb/node-api';
import type { Signature } from '../../contracts/artifact.ts';
import type { FeatureRow, FeatureValue } from '../../contracts/features.ts';
import { COLUMNS } from '../../contracts/names.ts';

/** Rows as parsed, in the order of the file. */
export interface GoldenSet {
  readonly rows: readonly FeatureRow[];
  readonly labels: Uint8Array;
  /** Hashed entity of each row. */
  readonly entities: readonly string[];
}

/** Rows as encoded by the dataset's signature, one after the other. */
export interface VectorSet {
  readonly vectors: Float32Array;
  readonly labels: Uint8Array;
  /** Hashed entity of each row. */
  readonly entities: readonly string[];
}

const name = (text: string) => `"${text.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Runs `sql` and gives its columns, chunk by chunk, in order. */
async function query(sql: string, each: (columns: readonly unknown[][]) => void): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const result = await connection.stream(sql);
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    )
      each(chunk.getColumns());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const toLabels = (labels: readonly number[], file: string): Uint8Array => {
  const wrong = labels.find((y) => y !== 0 && y !== 1);
  if (wrong !== undefined) throw new Error(`${file}: label ${wrong} is neither 0 nor 1`);
  return Uint8Array.from(labels);
};

/** Columns of a Parquet file that are features: name, and whether it holds text. */
async function featureColumns(path: string): Promise<{ name: string; text: boolean }[]> {
  const columns: { name: string; text: boolean }[] = [];
  const others: readonly string[] = Object.values(COLUMNS);
  await query(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${literal(path)}))`,
    ([names, types]) => {
      for (const [i, column] of names!.entries())
        if (!others.includes(column as string))
          columns.push({ name: column as string, text: types![i] === 'VARCHAR' });
    },
  );
  return columns;
}

/**
 * Reads `golden.parquet`: parsed values of every feature that the definition had when the set was frozen. NaN and NULL
 * are both missing.
 * @throws Error naming the label that is neither 0 nor 1
 */
export async function readGolden(path: string): Promise<GoldenSet> {
  const features = await featureColumns(path);
  const select = features.map((f) => (f.text ? name(f.name) : `CAST(${name(f.name)} AS DOUBLE)`));
  const rows: FeatureRow[] = [];
  const labels: number[] = [];
  const entities: string[] = [];
  await query(
    `SELECT ${[...select, `CAST(${COLUMNS.label} AS DOUBLE)`, COLUMNS.entity].join(', ')} FROM read_parquet(${literal(path)})`,
    (columns) => {
      for (let i = 0; i < columns[0]!.length; i++) {
        const row: FeatureRow = {};
        for (let c = 0; c < features.length; c++) {
          const value = columns[c]![i] as FeatureValue;
          row[features[c]!.name] = typeof value === 'number' && Number.isNaN(value) ? null : value;
        }
        rows.push(row);
        labels.push(columns[features.length]![i] as number);
        entities.push(String(columns[features.length + 1]![i]));
      }
    },
  );
  return { rows, labels: toLabels(labels, 'golden.parquet'), entities };
}

/**
 * Reads `validation.parquet`: vectors in the order of the dataset's signature. NULL is missing, hence NaN.
 * @throws Error naming the label that is neither 0 nor 1
 */
export async function readVectors(path: string, signature: Signature): Promise<VectorSet> {
  const width = signature.features.length;
  const select = signature.features.map((f) => `CAST(${name(f.name)} AS FLOAT)`);
  const chunks: Float32Array[] = [];
  const labels: number[] = [];
  const entities: string[] = [];
  await query(
    `SELECT ${[...select, `CAST(${COLUMNS.label} AS DOUBLE)`, COLUMNS.entity].join(', ')} FROM read_parquet(${literal(path)})`,
    (columns) => {
      const rows = columns[width]!.length;
      const chunk = new Float32Array(rows * width);
      for (let c = 0; c < width; c++) {
        const column = columns[c] as readonly (number | null)[];
        for (let i = 0; i < rows; i++) chunk[i * width + c] = column[i] ?? Number.NaN;
      }
      chunks.push(chunk);
      for (const label of columns[width]!) labels.push(label as number);
      for (const entity of columns[width + 1]!) entities.push(String(entity));
    },
  );
  const vectors = new Float32Array(labels.length * width);
  let at = 0;
  for (const chunk of chunks) {
    vectors.set(chunk, at);
    at += chunk.length;
  }
  return { vectors, labels: toLabels(labels, 'validation.parquet'), entities };
}
