import { describe, expect, it } from 'vitest';
import { registryKeys } from '../../contracts/registry.ts';
import { sha256 } from '../../lambdas/shared/clients.ts';
import { draft } from './fixtures.ts';
import { STARTED, setUp } from './registry-world.ts';

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
