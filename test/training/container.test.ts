import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import * as ort from 'onnxruntime-node';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentSchema, signatureSchema, trainingMetricsSchema } from '../../contracts/artifact.ts';
import { createSageMaker } from '../../local/cloud/services/sagemaker/index.ts';
import { type FakeCloud, fakeCloud, fakeService, MORNING } from '../local/fake-cloud.ts';

const TRAINING = join(import.meta.dirname, '../../training');
const PYTHON = process.env['COALMINE_PYTHON'] ?? join(TRAINING, '.venv/bin/python');
const dir = mkdtempSync(join(tmpdir(), 'container-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SIGNATURE = JSON.stringify({
  model: 'sample',
  featureSpecHash: '0'.repeat(64),
  features: [
    { name: 'amount', kind: 'numeric' },
    { name: 'colour', kind: 'categorical', vocabulary: ['red', 'green', 'blue'] },
  ],
  input: 'features',
  output: 'score',
});

/** Rows whose label follows amount and colour; every ninth amount is missing. */
async function parquet(name: string, from: number, rows: number): Promise<Buffer> {
  const path = join(dir, name);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    `COPY (SELECT CAST(CASE WHEN i % 9 = 0 THEN 'NaN'::FLOAT ELSE a END AS FLOAT) AS amount, CAST(i % 3 AS FLOAT) AS colour,
       CAST(a + (i % 3) * 20 + (i * 37) % 41 > 90 AS INTEGER) AS label, i AS event_time, printf('%016x', i) AS entity
     FROM (SELECT i, (i * 7919) % 100 AS a FROM range(${from}, ${from + rows}) t(i)))
     TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  return readFileSync(path);
}

const uri = (file: string) => ({ S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://data/${file}` } });
const request = (container: string, HyperParameters: Record<string, string>) => ({
  TrainingJobName: 'job',
  RoleArn: 'arn:aws:iam::123456789012:role/training',
  AlgorithmSpecification: {
    TrainingImage: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.9',
    TrainingInputMode: 'File',
    MetricDefinitions: [
      { Name: 'validation-auc', Regex: 'metric validation-auc=([-+0-9.eE]+) epoch=[0-9]+' },
    ],
  },
  HyperParameters,
  Environment: { COALMINE_CONTAINER: container, OMP_NUM_THREADS: '1' },
  InputDataConfig: [
    { ChannelName: 'train', DataSource: uri('train.parquet') },
    { ChannelName: 'validation', DataSource: uri('validation.parquet') },
    { ChannelName: 'signature', DataSource: uri('signature.json') },
  ],
  OutputDataConfig: { S3OutputPath: 's3://models/training/' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 36_000, MaxWaitTimeInSeconds: 72_000 },
  EnableManagedSpotTraining: true,
  CheckpointConfig: { S3Uri: 's3://models/checkpoints/job' },
});

async function unpacked(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const tar = extract();
  tar.end(gunzipSync(archive));
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name, Buffer.concat(chunks));
  }
  return files;
}

/** Trains by the Python program on the local SageMaker, whose instance is taken away so many times. */
async function train(
  container: string,
  hyperparameters: Record<string, string>,
  inputs: ReadonlyMap<string, Buffer>,
  interruptions: number,
) {
  const objects = new Map(inputs);
  const s3 = fakeService('s3', {
    ListObjectsV2: ({ Bucket, Prefix }) => ({
      Contents: [...objects.keys()]
        .filter((k) => k.startsWith(`${Bucket}/${Prefix}`))
        .map((k) => ({ Key: k.slice(Bucket.length + 1) })),
    }),
    GetObject: ({ Bucket, Key }) => ({ Body: objects.get(`${Bucket}/${Key}`) }),
    PutObject: ({ Bucket, Key, Body }) => {
      objects.set(`${Bucket}/${Key}`, Body);
      return {};
    },
  });
  const sagemaker = createSageMaker({ command: [PYTHON, join(TRAINING, 'train.py')], wallSeconds: 300 });
  const bus = fakeService('events', {}, { emit: () => {} });
  const cloud: FakeCloud = Object.assign(fakeCloud([sagemaker, bus, s3], MORNING), {
    dir: mkdtempSync(join(dir, 'job-')),
  });
  sagemaker.interruptTraining(interruptions);
  const root = { kind: 'root' } as const;
  await cloud.call(root, 'sagemaker', 'CreateTrainingJob', request(container, hyperparameters));
  let over = false;
  sagemaker.ended('job').then(() => {
    over = true;
  });
  await cloud.clock.advanceUntil(() => over, cloud.clock.now() + 86_400_000);
  const job = await cloud.call(root, 'sagemaker', 'DescribeTrainingJob', { TrainingJobName: 'job' });
  const archive = objects.get('models/training/job/output/model.tar.gz');
  return { job, files: archive ? await unpacked(archive) : new Map<string, Buffer>() };
}

const CONTAINERS: readonly [string, Record<string, string>][] = [
  [
    'xgboost',
    { num_round: '300', eta: '0.02', max_depth: '3', nthread: '1', subsample: '0.8', device: 'cpu' },
  ],
  [
    'pytorch',
    { epochs: '12', batch_size: '128', hidden: '16', threads: '1', learning_rate: '0.01', device: 'cpu' },
  ],
];

describe.skipIf(!existsSync(PYTHON))(`the training containers (run npm run training:install first)`, () => {
  const inputs = new Map<string, Buffer>();
  beforeAll(async () => {
    inputs.set('data/train.parquet', await parquet('train.parquet', 0, 3000));
    inputs.set('data/validation.parquet', await parquet('validation.parquet', 3000, 600));
    inputs.set('data/signature.json', Buffer.from(SIGNATURE));
  });

  it.each(CONTAINERS)(
    '%s ends with the same model when its spot instance is taken away twice',
    async (name, given) => {
      const [calm, shaken] = [await train(name, given, inputs, 0), await train(name, given, inputs, 2)];
      expect(calm.job.FailureReason).toBeUndefined();
      expect(shaken.job.TrainingJobStatus).toBe('Completed');
      const states = shaken.job.SecondaryStatusTransitions.map((t: { Status: string }) => t.Status);
      expect(states.filter((s: string) => s === 'Interrupted')).toHaveLength(2);
      expect(shaken.files.get('model.onnx')!.equals(calm.files.get('model.onnx')!)).toBe(true);
      expect(shaken.files.get('metrics.json')!.equals(calm.files.get('metrics.json')!)).toBe(true);
    },
    300_000,
  );

  it.each(CONTAINERS)(
    '%s writes an artifact that the platform reads and serves',
    async (name, given) => {
      const { job, files } = await train(name, given, inputs, 0);
      expect(job.FinalMetricDataList[0].Value).toBeGreaterThan(0.9);
      const json = (file: string) => JSON.parse(files.get(file)!.toString()) as unknown;
      expect(files.get('signature.json')!.toString()).toBe(SIGNATURE);
      expect(signatureSchema.parse(json('signature.json')).features).toHaveLength(2);
      expect(trainingMetricsSchema.parse(json('metrics.json')).final['validation-auc']).toBeGreaterThan(0.9);
      expect(environmentSchema.parse(json('environment.json'))).toMatchObject({
        container: name,
        device: 'cpu',
      });
      const session = await ort.InferenceSession.create(files.get('model.onnx')!);
      const rows = Float32Array.from([99, 2, 1, 0, Number.NaN, Number.NaN, 50, -1]);
      const { score } = await session.run({ features: new ort.Tensor('float32', rows, [4, 2]) });
      const scores = [...(score!.data as Float32Array)];
      expect(score!.dims).toEqual([4]);
      expect(scores.every((s) => s > 0 && s < 1)).toBe(true);
      expect(scores[0]).toBeGreaterThan(0.8);
      expect(scores[1]).toBeLessThan(0.2);
    },
    300_000,
  );
});
