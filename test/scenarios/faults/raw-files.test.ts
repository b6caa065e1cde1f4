import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatasetManifest, datasetManifestSchema } from '../../../contracts/dataset.ts';
import { keys } from '../../../contracts/names.ts';
import type { S3Service } from '../../../local/cloud/services/internal.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { createFraudWorld } from '../../../local/traffic/fraud/world.ts';
import { type FaultStage, openStage } from './stage.ts';

/** The last whole day before the stage begins. */
const NEWEST = Date.UTC(2026, 9, 31);

let stage: FaultStage;
let good: DatasetManifest;
beforeAll(async () => {
  stage = await openStage();
  good = await manifest();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const s3 = () => stage.r.running.cloud.service<S3Service>('s3');
const PARTITION = keys.rawPartition('fraud', new Date(NEWEST).toISOString().slice(0, 10));
function put(file: string, body: string | Buffer): void {
  s3().putBytes(stage.r.outputs.RawBucketName, `${PARTITION}${file}`, body);
}
async function remove(file: string): Promise<void> {
  const Key = `${PARTITION}${file}`;
  await stage.r.call('s3', 'DeleteObject', { Bucket: stage.r.outputs.RawBucketName, Key });
}

/** Manifest of the dataset version that was frozen last. */
async function manifest(): Promise<DatasetManifest> {
  const { datasetVersion } = stage.r.journal.of('dataset.frozen').at(-1)!.detail;
  const key = keys.dataset('fraud', datasetVersion, 'manifest.json');
  const bytes = s3().getBytes(stage.r.outputs.DatasetBucketName, key);
  return datasetManifestSchema.parse(JSON.parse(bytes.toString()));
}

/** Rows of another world of payments: header and records. */
function payments(seed: number, rows: number): { header: string; columns: string[]; lines: string[][] } {
  const world = createFraudWorld({ seed, start: NEWEST, rowsPerDay: 2 * rows });
  const [header, ...lines] = world.partition(NEWEST).body.trim().split('\n');
  return {
    header: header!,
    columns: header!.split(','),
    lines: lines.slice(0, rows).map((l) => l.split(',')),
  };
}
const csv = (header: string, lines: readonly string[][]): string =>
  `${[header, ...lines.map((l) => l.join(','))].join('\n')}\n`;

const why = { by: 'test', reason: 'a test' };

describe('raw files that are not as they should be', () => {
  it('bad rows are counted by reason, odd files are noted, and the good rows are trained on', async () => {
    const { header, columns, lines } = payments(77, 30);
    const broken = (column: string, value: string, i: number): void => {
      lines[i]![columns.indexOf(column)] = value;
    };
    broken('amount', '', 0);
    broken('amount', 'a lot', 1);
    broken('amount', '-5', 2);
    broken('merchant_risk', '7', 3);
    broken('is_fraud', 'maybe', 4);
    broken('event_time', 'yesterday', 5);
    broken('card_id', '', 6);
    broken('event_time', '2031-01-01T00:00:00Z', 7);
    lines[8] = lines[8]!.slice(0, 5);
    put('broken.csv', csv(header, lines));
    const extra = payments(78, 10);
    put(
      'extra.csv',
      csv(
        `${extra.header},mood`,
        extra.lines.map((l) => [...l, 'good']),
      ),
    );
    const without = payments(79, 10);
    const at = without.columns.indexOf('amount');
    put(
      'without.csv',
      csv(
        without.columns.toSpliced(at, 1).join(','),
        without.lines.map((l) => l.toSpliced(at, 1)),
      ),
    );
    const latin1 = payments(80, 10);
    const bytes = Buffer.from([0xff, 0xfe, 0x41, 0x0a]);
    put('latin1.csv', Buffer.concat([Buffer.from(csv(latin1.header, latin1.lines)), bytes]));
    put('lines.jsonl', '{"card_id": "c1", \n[1, 2]\n"text"\n');
    put('empty.csv', '');
    put('header-only.csv', `${header}\n`);
    put('', '');
    put('README.txt', 'not data');
    expect(await stage.run('Retrain', why)).toMatchObject({ status: 'SUCCEEDED' });
    const frozen = await manifest();
    const { read, train, validation, golden, rejected } = frozen.rows;
    expect(train + validation + golden + rejected, 'every row that was read is somewhere').toBe(read);
    expect(frozen.rows.read).toBe(good.rows.read + 30 + 10 + 10 + 3 + 11);
    expect(frozen.rows.rejectedBy).toEqual({
      'amount: missing': 1,
      'amount: not a number': 1,
      'amount: out of range': 1,
      'merchant_risk: out of range': 1,
      'is_fraud: not a label': 1,
      'event_time: not a time': 1,
      'card_id: missing': 1,
      'event_time: outside the window': 1,
      'malformed csv: missing columns': 1,
      'malformed csv: invalid encoding': 1,
      'malformed json': 3,
      'amount: the file has no such column': 10,
    });
    const folder = PARTITION;
    expect(frozen.notes).toEqual([
      `${folder}: not a raw file (parquet, csv or jsonl)`,
      `${folder}README.txt: not a raw file (parquet, csv or jsonl)`,
      `${folder}empty.csv: empty`,
      `${folder}header-only.csv: empty`,
      'ignored columns: mood',
    ]);
    expect(frozen.sources.map((x) => x.key)).toContain(`${folder}broken.csv`);
  });

  it('a Parquet file that is none is refused by name, and no model is trained', async () => {
    const mark = stage.mark;
    put('payments.parquet', 'PAR1 and then nothing');
    const ended = await stage.run('Retrain', why);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'DatasetRejected' });
    expect(ended.cause).toContain('payments.parquet');
    expect(stage.since(mark, 'training.completed', 'version.registered')).toEqual([]);
    expect(stage.since(mark, 'dataset.rejected', 'retrain.failed')).toEqual([
      'dataset.rejected',
      'retrain.failed',
    ]);
    await remove('payments.parquet');
  });

  it('without any raw file the run ends with EmptyWindow and says where it looked', async () => {
    const Bucket = stage.r.outputs.RawBucketName;
    const { Contents } = await stage.r.call('s3', 'ListObjectsV2', { Bucket });
    for (const { Key } of Contents as Shape[]) await stage.r.call('s3', 'DeleteObject', { Bucket, Key });
    const mark = stage.mark;
    const ended = await stage.run('Retrain', why);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EmptyWindow' });
    expect(ended.cause).toContain(`${Bucket}/fraud/`);
    expect(stage.r.journal.of('retrain.failed', mark).map((e) => e.detail)).toMatchObject([
      { error: 'EmptyWindow', step: 'Freeze' },
    ]);
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'rejected' });
  });
});
