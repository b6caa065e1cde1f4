import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Signature } from '../../../contracts/artifact.ts';

const MAIN = new URL('../../../local/trainer/main.ts', import.meta.url).pathname;

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder laid out as a training container sees /opt/ml. */
export function containerFolder(hyperparameters: Record<string, string>, signature: Signature): string {
  const root = mkdtempSync(join(tmpdir(), 'coalmine-trainer-'));
  for (const folder of ['input/config', 'input/data/train', 'input/data/validation', 'input/data/signature'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'input/config/hyperparameters.json'), JSON.stringify(hyperparameters));
  writeFileSync(join(root, 'input/data/signature/signature.json'), JSON.stringify(signature));
  return root;
}

export const numericSignature = (count: number, categorical: readonly number[] = []): Signature => ({
  model: 'test',
  featureSpecHash: 'test',
  features: Array.from({ length: count }, (_, i) =>
    categorical.includes(i)
      ? { name: `f${i}`, kind: 'categorical' as const, vocabulary: ['a', 'b', 'c', 'd', 'e'] }
      : { name: `f${i}`, kind: 'numeric' as const },
  ),
  input: 'features',
  output: 'score',
});

/** Writes the rows of a DuckDB query as the channel's Parquet file. */
export async function writeChannel(root: string, channel: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(
    `COPY (${sql}) TO '${join(root, 'input/data', channel, `${channel}.parquet`)}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

/**
 * Rows whose label depends on a threshold, an interaction, a missing value and a category; made of the row number
 * alone by hashing, so that any DuckDB of any day gives the same.
 */
export const syntheticRows = (from: number, rows: number, features: number): string => {
  const u = (salt: number) =>
    `(((i * ${2654435761 + salt * 40503} + ${salt * 97}) % 1000003)::DOUBLE / 1000003)`;
  const columns = Array.from({ length: features }, (_, f) => {
    if (f === 2) return `CASE WHEN ${u(50)} < 0.2 THEN NULL ELSE ${u(2)} END::FLOAT AS f2`;
    if (f === 3) return `floor(${u(3)} * 5)::FLOAT AS f3`;
    return `${u(f)}::FLOAT AS f${f}`;
  });
  return `WITH x AS (SELECT ${columns.join(', ')}, ${u(99)} AS noise FROM range(${from}, ${from + rows}) t(i)),
    y AS (SELECT *, 3 * (f0 > 0.7)::INT + 2 * (f0 * f1 > 0.3)::INT + 1.5 * (f2 IS NULL)::INT + 2 * (f3 = 2)::INT + f4 - 4 AS z FROM x)
    SELECT * EXCLUDE (noise, z), (noise < 1 / (1 + exp(-z)))::INT AS label FROM y`;
};

/** Runs the trainer as SageMaker would run the container; `interrupt` sends SIGTERM at the first line that matches. */
export function runTrainer(root: string, interrupt?: RegExp): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN], { env: { ...process.env, COALMINE_ML_ROOT: root } });
    let stdout = '';
    let stderr = '';
    let sent = false;
    child.stdout.on('data', (data) => {
      stdout += data;
      if (interrupt && !sent && interrupt.test(stdout)) {
        sent = true;
        child.kill('SIGTERM');
      }
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
