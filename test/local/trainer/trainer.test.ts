import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterEach, describe, expect, it } from 'vitest';
import { environmentSchema, trainingMetricsSchema } from '../../../contracts/artifact.ts';
import { containerFolder, numericSignature, runTrainer, syntheticRows, writeChannel } from './fixture.ts';

const HYPERPARAMETERS = {
  objective: 'binary:logistic',
  eta: '0.1',
  max_depth: '4',
  num_round: '60',
  seed: '7',
};
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function prepared(changes: Record<string, string> = {}, rows = 4000): Promise<string> {
  const root = containerFolder({ ...HYPERPARAMETERS, ...changes }, numericSignature(8, [3]));
  folders.push(root);
  await writeChannel(root, 'train', syntheticRows(0, rows, 8));
  await writeChannel(root, 'validation', syntheticRows(50_000, 3000, 8));
  return root;
}
const model = (root: string): Buffer => readFileSync(join(root, 'model/model.onnx'));
const failure = (root: string): string => readFileSync(join(root, 'output/failure'), 'utf8');

describe('a training', () => {
  it('writes the four files of the artifact and metric lines as SageMaker reads them', async () => {
    const root = await prepared();
    const run = await runTrainer(root);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^metric validation-logloss=0\.\d+ epoch=60$/m);
    const metrics = trainingMetricsSchema.parse(
      JSON.parse(readFileSync(join(root, 'model/metrics.json'), 'utf8')),
    );
    expect(metrics.epochs).toHaveLength(60);
    const environment = environmentSchema.parse(
      JSON.parse(readFileSync(join(root, 'model/environment.json'), 'utf8')),
    );
    expect(environment.hyperparameters).toEqual(HYPERPARAMETERS);
    expect(readFileSync(join(root, 'model/signature.json'), 'utf8')).toBe(
      readFileSync(join(root, 'input/data/signature/signature.json'), 'utf8'),
    );
  });

  it('exports one input `features` [N, F] and one output `score` [N], and takes missing values', async () => {
    const root = await prepared();
    await runTrainer(root);
    const session = await ort.InferenceSession.create(model(root));
    expect(session.inputNames).toEqual(['features']);
    expect(session.outputNames).toEqual(['score']);
    const rows = new Float32Array(16).fill(Number.NaN).fill(0.5, 0, 8);
    const { score } = await session.run({ features: new ort.Tensor('float32', rows, [2, 8]) });
    expect(score!.dims).toEqual([2]);
    for (const value of score!.data as Float32Array) expect(value > 0 && value < 1).toBe(true);
  });

  it('gives byte-identical models for equal input, and another for another seed', async () => {
    const sampled = { subsample: '0.7', colsample_bytree: '0.6' };
    const roots = [
      await prepared(sampled),
      await prepared(sampled),
      await prepared({ ...sampled, seed: '8' }),
    ];
    for (const root of roots) expect((await runTrainer(root)).code).toBe(0);
    expect(model(roots[0]!).equals(model(roots[1]!))).toBe(true);
    expect(model(roots[0]!).equals(model(roots[2]!))).toBe(false);
  });

  it('resumes from its checkpoint after SIGTERM to the model of an uninterrupted run', async () => {
    const sampled = { subsample: '0.7', colsample_bytree: '0.6', early_stopping_rounds: '10' };
    const whole = await prepared(sampled);
    const broken = await prepared(sampled);
    await runTrainer(whole);
    const first = await runTrainer(broken, /epoch=20$/m);
    expect(first.code).toBe(143);
    expect(existsSync(join(broken, 'model/model.onnx'))).toBe(false);
    const second = await runTrainer(broken);
    expect(second.code).toBe(0);
    expect(second.stdout).not.toMatch(/epoch=1$/m);
    expect(model(broken).equals(model(whole))).toBe(true);
  });

  it('stops early where the validation loss no longer falls', async () => {
    const root = await prepared({ num_round: '400', eta: '0.5', early_stopping_rounds: '5' });
    const run = await runTrainer(root);
    const metrics = trainingMetricsSchema.parse(
      JSON.parse(readFileSync(join(root, 'model/metrics.json'), 'utf8')),
    );
    expect(run.code).toBe(0);
    expect(metrics.epochs.length).toBe(metrics.bestEpoch! + 5);
  });

  it('is within 0.005 AUC of XGBoost 3.2.0 on the same rows', async () => {
    // Computed once with xgboost 3.2.0 (tree_method=hist, nthread=1, eta .1, max_depth 6, 200 rounds, seed 7) on these
    // 50,000 + 10,000 rows of 30 features: validation AUC 0.95062.
    const root = containerFolder(
      { ...HYPERPARAMETERS, max_depth: '6', num_round: '200' },
      numericSignature(30, [3]),
    );
    folders.push(root);
    await writeChannel(root, 'train', syntheticRows(0, 50_000, 30));
    await writeChannel(root, 'validation', syntheticRows(50_000, 10_000, 30));
    const run = await runTrainer(root);
    const auc = Number(/validation-auc=([\d.]+) epoch=200/.exec(run.stdout)?.[1]);
    expect(Math.abs(auc - 0.95062)).toBeLessThan(0.005);
  });
});

describe('a training that cannot be done says why in one sentence and exits with 1', () => {
  const cases: [string, Record<string, string>, string][] = [
    ['a number out of range', { eta: '30' }, 'hyperparameter eta: expected 0 to 1, got 30'],
    [
      'text for a number',
      { max_depth: 'deep' },
      "hyperparameter max_depth: expected a whole number, got 'deep'",
    ],
    ['an unknown name', { etta: '0.1' }, 'hyperparameter etta: not known to this trainer'],
    [
      'another objective',
      { objective: 'reg:squarederror' },
      "hyperparameter objective: expected binary:logistic, got 'reg:squarederror'",
    ],
  ];
  for (const [name, changes, sentence] of cases) {
    it(name, async () => {
      const root = await prepared(changes, 500);
      expect((await runTrainer(root)).code).toBe(1);
      expect(failure(root)).toBe(sentence);
    });
  }

  it('one class only', async () => {
    const root = await prepared();
    await writeChannel(root, 'train', `SELECT * REPLACE (0 AS label) FROM (${syntheticRows(0, 500, 8)})`);
    expect((await runTrainer(root)).code).toBe(1);
    expect(failure(root)).toContain('one class only (0 of 500 are positive)');
  });

  it('no rows, no file, a missing column, a broken signature', async () => {
    const root = await prepared();
    await writeChannel(root, 'train', `SELECT * FROM (${syntheticRows(0, 5, 8)}) WHERE label > 5`);
    expect((await runTrainer(root)).code).toBe(1);
    expect(failure(root)).toBe('channel train is empty');
    await writeChannel(root, 'train', `SELECT * EXCLUDE (f1) FROM (${syntheticRows(0, 50, 8)})`);
    await runTrainer(root);
    expect(failure(root)).toBe('channel train lacks the column f1');
    rmSync(join(root, 'input/data/train/train.parquet'));
    await runTrainer(root);
    expect(failure(root)).toContain('channel train holds no Parquet file');
    rmSync(join(root, 'input/data/signature/signature.json'));
    await runTrainer(root);
    expect(failure(root)).toContain('signature.json is missing');
  });
});
