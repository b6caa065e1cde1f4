import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenScoresSchema, SMOKE_TOLERANCE, TRAINED_FILES } from '../../contracts/artifact.ts';
import { defineModel } from '../../contracts/model-definition.ts';
import { keys } from '../../contracts/names.ts';
import type { ScoreResponse } from '../../contracts/prediction.ts';
import type { FreezeOutput, GoldenOutput } from '../../contracts/steps.ts';
import { type DatasetService, runDataset } from '../../lambdas/dataset/service.ts';
import { run } from '../../lambdas/evaluation/handler.ts';
import { load } from '../../lambdas/inference/handler.ts';
import { createService } from '../../lambdas/inference/service.ts';
import type { HttpAnswer } from '../../lambdas/shared/http/problem.ts';
import { createFraudWorld } from '../../local/traffic/fraud/world.ts';
import { DAY, HOUR } from '../../local/traffic/types.ts';
import features from '../../models/fraud/features.ts';
import fraud from '../../models/fraud/model.ts';
import { FakeBucket } from '../fakes/bucket.ts';
import { apiEvent } from '../fixtures/api.ts';
import { tarGz } from '../fixtures/tar.ts';
import { containerFolder, runTrainer } from '../local/trainer/fixture.ts';

const NOW = Date.parse('2026-11-18T06:00:00Z');
const DAYS = 30;
/** The fraud model with a golden set that some thousand rows can fill. */
const model = {
  definition: defineModel({
    ...fraud,
    golden: { fraction: 0.2, minRowsPerClass: 20 },
    gates: { ...fraud.gates, minAuc: 0.6 },
  }),
  features,
};

/** A model's raw bucket, its functions' stores, and a world that fills them. */
function stage() {
  const world = createFraudWorld({ seed: 11, start: NOW - DAYS * DAY, rowsPerDay: 600 });
  const bucket = new FakeBucket();
  const midnight = Math.floor(NOW / DAY) * DAY;
  for (let day = midnight - DAYS * DAY; day < midnight; day += DAY) {
    const { date, file, body } = world.partition(day);
    bucket.put(`${keys.rawPartition('fraud', date)}${file}`, body);
  }
  let golden: string | null = null;
  const dataset: DatasetService = {
    deps: {
      model,
      store: bucket,
      rawBucket: 'raw',
      datasetBucket: 'datasets',
      scratch: tmpdir(),
      clock: () => new Date(NOW),
      note: () => {},
    },
    setting: {
      get: async () => golden,
      setOnce: async (version) => {
        golden ??= version;
        return golden;
      },
      replace: async (_from, version) => {
        golden = version;
        return version;
      },
    },
    publish: async () => {},
  };
  return { world, bucket, dataset };
}

/** Trains on a frozen dataset as the training container does, and packs what came out. */
async function train(bucket: FakeBucket, version: string): Promise<Buffer> {
  const bytes = (file: 'train.parquet' | 'validation.parquet' | 'signature.json') =>
    bucket.objects.get(keys.dataset('fraud', version, file))!.at(-1)!.body;
  const hyperparameters = { objective: 'binary:logistic', num_round: '20', max_depth: '4', seed: '1' };
  const root = containerFolder(hyperparameters, JSON.parse(bytes('signature.json').toString()));
  try {
    for (const channel of ['train', 'validation'] as const)
      writeFileSync(join(root, 'input/data', channel, 'rows.parquet'), bytes(`${channel}.parquet`));
    const { code, stderr } = await runTrainer(root);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return await tarGz(
      Object.fromEntries(TRAINED_FILES.map((f) => [f, readFileSync(join(root, 'model', f))])),
    );
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('the life of a model, function by function', () => {
  it('is frozen, trained, evaluated and served with the scores of its evaluation', async () => {
    const { world, bucket, dataset } = stage();
    const act = (input: object) => runDataset(dataset, { success: true, data: input as never });
    const { goldenVersion } = (await act({ action: 'golden', run: 'run-1' })) as GoldenOutput;
    const { datasetVersion } = (await act({ action: 'freeze', run: 'run-1', goldenVersion })) as FreezeOutput;

    const modelKey = `${keys.trainingOutputPrefix('fraud')}job/output/model.tar.gz`;
    bucket.put(modelKey, await train(bucket, datasetVersion));
    const parts = {
      definition: model.definition,
      features: model.features,
      elapsed: () => 0,
      store: bucket,
      datasetBucket: 'datasets',
      artifactBucket: 'artifacts',
      readChampion: async () => null,
      publish: async () => {},
      emit: () => {},
    };
    const modelData = `s3://artifacts/${modelKey}`;
    const output = await run(parts, { run: 'run-1', datasetVersion, goldenVersion, modelData });
    expect(output).toMatchObject({ passed: true, reasons: [] });

    const read = async (key: string, id: string) =>
      bucket.objects.get(key)!.find((v) => v.versionId === id)!.body;
    const sealed = { version: 1, run: 'run-1', slot: 'blue', artifact: output.files } as const;
    const serving = await load(model, sealed, read);
    const effects = { write: () => {}, now: () => new Date(NOW), elapsed: () => 0, newId: () => 'id' };
    const service = createService('fraud', serving, effects);

    // The smoke test of a release.
    const { rows } = goldenScoresSchema.parse(
      bucket.json(keys.evaluation('fraud', 'run-1', 'golden-scores.json')),
    );
    const smoke = (await service({ kind: 'score', rows: rows.map((r) => r.features) })) as ScoreResponse;
    for (const [i, { score }] of rows.entries())
      expect(Math.abs(smoke.scores[i]! - score)).toBeLessThanOrEqual(SMOKE_TOLERANCE);

    // The API takes what the world sends.
    const events = world.events(NOW, NOW + HOUR);
    expect(events.length).toBeGreaterThan(10);
    for (const { id, entity, features: raw } of events) {
      const body = { predictionId: id, entity, features: raw };
      const answer = (await service(apiEvent('POST', '/models/fraud/predictions', body))) as HttpAnswer;
      expect({ status: answer.statusCode, body: answer.body }).toMatchObject({ status: 200 });
    }
  });
});
