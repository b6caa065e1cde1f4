import type { PinnedObject, Signature } from '../../contracts/artifact.ts';
import type { GatesDefinition } from '../../contracts/gates.ts';
import { keys } from '../../contracts/names.ts';
import type { VersionItem } from '../../contracts/registry.ts';
import { type Parts, run } from '../../lambdas/evaluation/handler.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import type { MetricValues } from '../../lambdas/shared/metrics.ts';
import { sha256 } from '../../lambdas/shared/objects.ts';
import { FakeBucket } from '../fakes/bucket.ts';
import { baskets, goldenParquet, vectorParquet } from '../fixtures/dataset.ts';
import { SHOP_WEIGHTS, shop, shopSignature } from '../fixtures/model.ts';
import { logisticModel } from '../fixtures/onnx.ts';
import { tarGz } from '../fixtures/tar.ts';

export const RUN = 'run-1';
const DATASET = 'ds-20261118-0123456789ab';
export const GOLDEN = 'golden-20261001-0123456789ab';
export const INPUT = {
  run: RUN,
  datasetVersion: DATASET,
  goldenVersion: GOLDEN,
  modelData: `s3://artifacts/${keys.trainingOutputPrefix('shop')}job/output/model.tar.gz`,
};

const MANIFEST = {
  model: 'shop',
  version: DATASET,
  contentHash: 'c'.repeat(64),
  featureSpecHash: shopSignature.featureSpecHash,
  goldenVersion: GOLDEN,
  window: { from: '2026-09-01T00:00:00Z', to: '2026-11-18T00:00:00Z' },
  splitTime: '2026-11-06T00:00:00Z',
  rows: { read: 2000, train: 1700, validation: 200, golden: 90, rejected: 10, rejectedBy: {} },
  positives: { train: 600, validation: 80 },
  sources: [{ key: 'shop/dt=2026-09-01/rows.csv', versionId: 'v1', bytes: 10 }],
};
const BASELINE = { datasetVersion: DATASET, rows: 1700, features: {}, score: null };

/** The files that a good training of the shop model writes. */
export const trained = (weights: readonly number[] = SHOP_WEIGHTS) => ({
  'model.onnx': logisticModel(
    weights.map((w) => 3 * w),
    -4,
  ) as Uint8Array | string,
  'signature.json': JSON.stringify(shopSignature),
  'metrics.json': JSON.stringify({ epochs: [], final: { logloss: 0.4 }, bestEpoch: 12 }),
  'environment.json': JSON.stringify({
    container: 'xgboost',
    packages: {},
    seed: 1,
    hyperparameters: { eta: '0.1' },
  }),
});

const golden = goldenParquet(baskets(120, 1));
const validation = vectorParquet(baskets(200, 2));

/** The buckets, the registry and the bus around one evaluation of the shop model. */
export async function evaluationWorld(gates: Partial<GatesDefinition> = {}) {
  let clock = 0;
  const bucket = new FakeBucket();
  const published: Announcement[] = [];
  const emitted: MetricValues[] = [];
  let champion: VersionItem | null = null;
  bucket.put(keys.dataset('shop', DATASET, 'manifest.json'), JSON.stringify(MANIFEST));
  bucket.put(keys.dataset('shop', DATASET, 'baseline.json'), JSON.stringify(BASELINE));
  bucket.put(keys.dataset('shop', DATASET, 'signature.json'), JSON.stringify(shopSignature));
  bucket.put(keys.dataset('shop', DATASET, 'validation.parquet'), await validation);
  bucket.put(keys.golden('shop', GOLDEN, 'golden.parquet'), await golden);
  const parts: Parts = {
    definition: { ...shop.definition, gates: { ...shop.definition.gates, ...gates } },
    features: shop.features,
    store: bucket,
    datasetBucket: 'datasets',
    artifactBucket: 'artifacts',
    readChampion: async () => champion,
    publish: async (event) => void published.push(event),
    emit: (values) => void emitted.push(values),
    elapsed: () => clock++,
  };
  const train = async (files: Readonly<Record<string, string | Uint8Array>>) =>
    bucket.put(INPUT.modelData.replace('s3://artifacts/', ''), await tarGz(files));
  await train(trained());
  return {
    bucket,
    published,
    emitted,
    parts,
    train,
    evaluate: (input: unknown = INPUT) => run(parts, input),
    /** Registers version 1 with this model as the champion. */
    crown: (model: Uint8Array, signature: Signature = shopSignature) => {
      const pin = (file: string, body: string | Uint8Array): PinnedObject => {
        const key = keys.sealed('shop', 1, file);
        bucket.put(key, body);
        return { key, versionId: 'v1', sha256: sha256(body) };
      };
      champion = {
        model: 'shop',
        version: 1,
        status: 'champion',
        run: 'run-0',
        datasetVersion: DATASET,
        goldenVersion: GOLDEN,
        featureSpecHash: signature.featureSpecHash,
        commit: 'unknown',
        registeredAt: '2026-11-01T00:00:00Z',
        artifact: {
          'model.onnx': pin('model.onnx', model),
          'signature.json': pin('signature.json', JSON.stringify(signature)),
        },
        metrics: {},
        lambdaVersion: '2',
        failedAt: null,
      };
    },
  };
}
