import { describe, expect, it } from 'vitest';
import { TRAINED_FILES } from '../../contracts/artifact.ts';
import { tarGz } from '../fixtures/tar.ts';
import { evaluatedContents, training } from './fixtures.ts';
import { STARTED, setUp } from './registry-world.ts';

describe('repeating a run', () => {
  const start = (registry: ReturnType<typeof setUp>['registry'], reproduce: string) =>
    registry({
      action: 'start-run',
      run: 'run-2',
      execution: 'arn:run-2',
      startedAt: '2026-11-19T06:00:00.000Z',
      reason: 'audit',
      by: 'ada',
      reproduce,
    });

  it('takes the recorded inputs, whatever the definition says now', async () => {
    const { registry, start: startFirst, register } = setUp();
    await startFirst();
    await register();
    await registry({ action: 'override-hyperparameters', hyperparameters: { eta: 9 }, by: 'a', reason: 'b' });
    expect(await start(registry, 'run-1')).toEqual({
      run: 'run-2',
      hyperparameters: { objective: 'binary:logistic', eta: '0.1', seed: '7' },
      repeats: {
        datasetVersion: 'ds-20261118-000000000000',
        goldenVersion: 'golden-20261118-000000000000',
        featureSpecHash: 'hash',
        channels: {
          train: 's3://datasets/datasets/fraud/ds-20261118-000000000000/train.parquet',
          validation: 's3://datasets/datasets/fraud/ds-20261118-000000000000/validation.parquet',
          signature: 's3://datasets/datasets/fraud/ds-20261118-000000000000/signature.json',
        },
      },
    });
  });

  it('is refused for a run that there is not, or that was never evaluated', async () => {
    const { registry, start: startFirst } = setUp();
    await startFirst();
    await expect(start(registry, 'nobody')).rejects.toThrow("fraud has no run 'nobody'");
    await expect(start(registry, 'run-1')).rejects.toMatchObject({ name: 'RunNotReproducible' });
  });

  it('compares the artifact, records what it found and says so', async () => {
    const { registry, store, held, events, start: startFirst, register } = setUp();
    await startFirst();
    await register();
    await start(registry, 'run-1');
    const compare = async (content: string) => {
      const trained = Object.fromEntries(TRAINED_FILES.map((name) => [name, evaluatedContents[name]!]));
      const archive = await tarGz({ ...trained, 'model.onnx': content });
      held.set('training/fraud/job-2/output/model.tar.gz', archive);
      const modelData = 's3://artifacts/training/fraud/job-2/output/model.tar.gz';
      return registry({
        action: 'compare',
        run: 'run-2',
        startedAt: '2026-11-19T06:00:00.000Z',
        training: { ...training, modelData },
      });
    };
    expect(await compare(evaluatedContents['model.onnx']!)).toMatchObject({ reproduced: true, of: 'run-1' });
    expect(await store.run('2026-11-19T06:00:00.000Z', 'run-2')).toMatchObject({
      outcome: 'reproduced',
      reproduces: 'run-1',
      version: null,
    });
    expect(events.at(-1)).toMatchObject({ type: 'run.repeated', run: 'run-2', of: 'run-1', equal: true });
    expect(await compare('another model')).toMatchObject({ reproduced: false });
    expect((await store.run('2026-11-19T06:00:00.000Z', 'run-2'))?.outcome).toBe('differs');
  });
});

describe('a run that made no version', () => {
  const failure = {
    action: 'finish-run',
    run: 'run-1',
    startedAt: STARTED,
    outcome: 'rejected',
    error: 'GateFailed',
    cause: 'auc 0.6 is below 0.8',
    step: 'Evaluate',
    execution: 'arn:run-1',
  };

  it('is closed and announced', async () => {
    const { registry, store, events, metrics, start } = setUp();
    await start();
    await registry(failure);
    expect(await store.run(STARTED, 'run-1')).toMatchObject({
      outcome: 'rejected',
      error: 'GateFailed at Evaluate: auc 0.6 is below 0.8',
      endedAt: '2026-11-18T07:00:00.000Z',
    });
    expect(events.at(-1)).toMatchObject({ type: 'retrain.failed', error: 'GateFailed', step: 'Evaluate' });
    expect(metrics).toEqual([{ RetrainRuns: 0, RetrainFailures: 1 }]);
  });

  it('is announced even when it was never opened', async () => {
    const { registry, store, events } = setUp();
    await registry(failure);
    expect(events.map((e) => e.type)).toEqual(['retrain.failed']);
    expect(await store.run(STARTED, 'run-1')).toBeUndefined();
  });

  it('stays registered when what failed came after registration', async () => {
    const { registry, store, start, register } = setUp();
    await start();
    await register();
    await registry({ ...failure, outcome: 'failed', step: 'StartRelease' });
    expect((await store.run(STARTED, 'run-1'))?.outcome).toBe('registered');
  });
});

describe('the input of the registry function', () => {
  it('is refused with every wrong field named', async () => {
    await expect(setUp().registry({ action: 'start-run', run: '' })).rejects.toThrow(
      /run: .*execution: .*startedAt: /s,
    );
  });
});
