import { Readable } from 'node:stream';
import type { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { type ArtifactFiles, SEALED_FILES, TRAINED_FILES } from '../../contracts/artifact.ts';
import { keys } from '../../contracts/names.ts';
import { registryKeys } from '../../contracts/registry.ts';
import type { RegisterOutput, StartRunOutput } from '../../contracts/steps.ts';
import { createRegistry } from '../../lambdas/registry/handler.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import { type ObjectStore, sha256 } from '../../lambdas/shared/clients.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import type { MetricValues } from '../../lambdas/shared/metrics.ts';
import { tarGz } from '../fixtures/tar.ts';
import { definition, draft, evaluatedContents, training } from './fixtures.ts';
import { memoryTable } from './memory-table.ts';

const STARTED = '2026-11-18T06:00:00.000Z';

/** S3 with `If-None-Match`; fails the n-th put once when asked to. */
function objects(held: Map<string, Buffer>, fail: { atPut: number }) {
  let puts = 0;
  return {
    send: async (command: GetObjectCommand | PutObjectCommand) => {
      const { Key, Body } = command.input as { Key: string; Body?: Uint8Array };
      if (Body === undefined) {
        const bytes = held.get(Key);
        if (!bytes) throw Object.assign(new Error(Key), { name: 'NoSuchKey' });
        const body = Object.assign(Readable.from([bytes]), { transformToByteArray: async () => bytes });
        return { Body: body, VersionId: `v-${Key}` };
      }
      if (++puts === fail.atPut) throw new Error('the network is gone');
      if (held.has(Key)) throw Object.assign(new Error(Key), { name: 'PreconditionFailed' });
      held.set(Key, Buffer.from(Body));
      return { VersionId: `v-${Key}` };
    },
  } as unknown as ObjectStore;
}

function setUp() {
  const held = new Map<string, Buffer>();
  const files: ArtifactFiles = Object.fromEntries(
    SEALED_FILES.map((f) => {
      const key = keys.evaluation('fraud', 'run-1', f);
      held.set(key, Buffer.from(evaluatedContents[f]!));
      return [f, { key, versionId: 'v1', sha256: sha256(evaluatedContents[f]!) }];
    }),
  );
  held.set('datasets/fraud/ds-20261118-000000000000/manifest.json', Buffer.from('the manifest'));
  const table = memoryTable();
  const events: Announcement[] = [];
  const metrics: MetricValues[] = [];
  const fail = { atPut: 0 };
  const now = () => new Date('2026-11-18T07:00:00.000Z');
  const store = createStore(table, 'fraud', now);
  const registry = createRegistry({
    definition,
    store,
    objects: objects(held, fail),
    artifactBucket: 'artifacts',
    datasetBucket: 'datasets',
    publish: async (e) => {
      events.push(e);
    },
    emit: (m) => metrics.push(m),
    executions: { endOf: async () => 'running' },
    now,
    commit: 'abc',
  });
  const start = (run = 'run-1') =>
    registry({
      action: 'start-run',
      run,
      execution: `arn:${run}`,
      startedAt: STARTED,
      reason: 'weekly',
      by: 'schedule',
    }) as Promise<StartRunOutput>;
  const register = (run = 'run-1', more: object = {}) =>
    registry({
      action: 'register',
      run,
      startedAt: STARTED,
      datasetVersion: 'ds-20261118-000000000000',
      goldenVersion: 'golden-20261118-000000000000',
      featureSpecHash: 'hash',
      training,
      evaluatedAt: '2026-11-18T06:30:00.000Z',
      evaluation: {
        passed: true,
        reasons: [],
        metrics: { 'golden.auc': 0.91 },
        report: 'r',
        files,
        champion: null,
        ...more,
      },
    }) as Promise<RegisterOutput>;
  return { registry, store, table, held, files, events, metrics, fail, start, register };
}

describe('starting a run', () => {
  it('lays the override over the definition, seed included, all strings', async () => {
    const { registry, start } = setUp();
    await registry({
      action: 'override-hyperparameters',
      hyperparameters: { eta: 0.3, seed: 9, fast: true },
      by: 'ada',
      reason: 'too slow',
    });
    const { hyperparameters } = await start();
    expect(hyperparameters).toEqual({ objective: 'binary:logistic', eta: '0.3', seed: '9', fast: 'true' });
  });

  it('keeps the hyperparameters of the first attempt when it is repeated after an override', async () => {
    const { registry, start } = setUp();
    const first = await start();
    await registry({ action: 'override-hyperparameters', hyperparameters: { eta: 9 }, by: 'a', reason: 'b' });
    expect((await start()).hyperparameters).toEqual(first.hyperparameters);
    expect(first.hyperparameters).toMatchObject({ eta: '0.1', seed: '7' });
  });
});

describe('registering', () => {
  it('seals the files, writes the version and closes the run', async () => {
    const { store, held, start, register, events, metrics } = setUp();
    await start();
    expect(await register()).toEqual({ version: 1 });
    const version = await store.version(1);
    expect(version).toMatchObject({ status: 'registered', run: 'run-1', commit: 'abc' });
    expect(version?.artifact['model.onnx']).toEqual({
      key: 'models/fraud/000001/model.onnx',
      versionId: 'v-models/fraud/000001/model.onnx',
      sha256: sha256('content of model.onnx'),
    });
    const sealed = version!.artifact['card.json']!;
    expect(sha256(held.get(sealed.key)!)).toBe(sealed.sha256);
    expect(await store.run(STARTED, 'run-1')).toMatchObject({ outcome: 'registered', version: 1 });
    expect(events.map((e) => e.type)).toEqual(['retrain.started', 'version.registered', 'retrain.succeeded']);
    expect(metrics).toEqual([{ RetrainRuns: 1 }]);
  });

  it('gives the same number when it is repeated, wherever it stopped', async () => {
    for (const atPut of [1, 4, 8]) {
      const { store, fail, start, register } = setUp();
      await start();
      fail.atPut = atPut;
      await expect(register()).rejects.toThrow('the network is gone');
      expect(await register()).toEqual({ version: 1 });
      expect(await register()).toEqual({ version: 1 });
      expect((await store.settings()).lastVersion).toBe(1);
    }
  });

  it('gives two runs two numbers, also when they race', async () => {
    const { table, start, register } = setUp();
    await start('run-1');
    await start('run-2');
    table.before = async () => {
      await register('run-2');
    };
    expect(await register('run-1')).toEqual({ version: 2 });
    expect(table.items.has(registryKeys.version(1))).toBe(true);
  });

  it('refuses a file that is not what was evaluated', async () => {
    const { held, files, start, register, store } = setUp();
    await start();
    held.set(files['model.onnx']!.key, Buffer.from('something else'));
    await expect(register()).rejects.toMatchObject({ name: 'ArtifactInvalid' });
    expect(await store.version(1)).toBeUndefined();
  });

  it('refuses what lacks a file, did not pass or was never started', async () => {
    const { files, start, register } = setUp();
    await expect(register()).rejects.toMatchObject({ name: 'InvalidInput' });
    await start();
    const { 'card.md': _, ...rest } = files;
    await expect(register('run-1', { files: rest })).rejects.toThrow('lacks card.md');
    await expect(register('run-1', { passed: false, reasons: ['auc'] })).rejects.toMatchObject({
      name: 'GateFailed',
    });
  });
});

describe('the card at registration', () => {
  it('is made from the lineage, which the run keeps too', async () => {
    const { store, held, start, register } = setUp();
    await start();
    await register();
    const card = JSON.parse(held.get('models/fraud/000001/card.json')!.toString());
    expect(card).toMatchObject({ model: 'fraud', version: 1, run: 'run-1', lineage: { commit: 'abc' } });
    expect(held.get('models/fraud/000001/card.md')!.toString()).toContain('# fraud version 1');
    const run = await store.run(STARTED, 'run-1');
    expect(run?.lineage).toMatchObject({
      by: 'schedule',
      dataset: { manifestSha256: sha256('the manifest') },
      job: { costUsd: 0.0235 },
    });
  });

  it('must be complete: without it there is no version, and no number is used up', async () => {
    const { store, held, files, start, register } = setUp();
    await start();
    const bytes = Buffer.from(JSON.stringify({ ...draft, limits: [] }));
    held.set(files['card.json']!.key, bytes);
    const incomplete = { ...files, 'card.json': { ...files['card.json']!, sha256: sha256(bytes) } };
    await expect(register('run-1', { files: incomplete })).rejects.toMatchObject({
      name: 'CardIncomplete',
      message: expect.stringContaining('limits'),
    });
    expect((await store.settings()).lastVersion).toBe(0);
    expect([...held.keys()].filter((k) => k.startsWith('models/'))).toEqual([]);
  });

  it('records the registration as the first of the status events', async () => {
    const { store, start, register } = setUp();
    await start();
    await register();
    await register();
    expect(await store.statusEvents()).toMatchObject([
      { version: 1, from: null, to: 'registered', by: 'schedule', reason: 'run run-1: weekly' },
    ]);
  });
});

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
