import { SEALED_FILES } from '../../contracts/artifact.ts';
import type { CardDraft } from '../../contracts/card.ts';
import { defineModel, type ModelDefinition } from '../../contracts/model-definition.ts';
import type { VersionItem } from '../../contracts/registry.ts';
import type { TrainingFacts } from '../../contracts/steps.ts';

export const definition: ModelDefinition = defineModel({
  name: 'fraud',
  description: 'test',
  task: 'binary',
  entity: 'card',
  eventTime: 'at',
  label: { column: 'y' },
  features: [{ name: 'a', kind: 'numeric' }],
  card: { intendedUse: 'tests', limits: ['knows one feature'], prohibitedUses: ['anything else'] },
  trainer: { hyperparameters: { eta: 0.1, objective: 'binary:logistic' }, seed: 7 },
});

export const versionItem = (version: number, more: Partial<VersionItem> = {}): VersionItem => ({
  model: 'fraud',
  version,
  status: 'registered',
  run: `run-${version}`,
  datasetVersion: 'ds-20261118-000000000000',
  goldenVersion: 'golden-20261118-000000000000',
  featureSpecHash: 'hash',
  commit: 'commit',
  registeredAt: '2026-11-16T08:00:00.000Z',
  artifact: Object.fromEntries(
    SEALED_FILES.map((f) => [
      f,
      { key: `models/fraud/${version}/${f}`, versionId: `${f}-${version}`, sha256: 'a'.repeat(64) },
    ]),
  ),
  metrics: { 'golden.auc': 0.9 },
  lambdaVersion: null,
  failedAt: null,
  ...more,
});

/** Evaluation's part of a card of {@link definition}. */
export const draft: CardDraft = {
  model: 'fraud',
  run: 'run-1',
  task: 'binary',
  description: 'test',
  ...definition.card,
  entity: 'card',
  label: { column: 'y', positive: 1 },
  features: [{ name: 'a', kind: 'numeric' }],
  protectedAttributes: [],
  data: {
    version: 'ds-20261118-000000000000',
    goldenVersion: 'golden-20261118-000000000000',
    featureSpecHash: 'hash',
    window: { from: '2026-08-20T00:00:00.000Z', to: '2026-11-18T00:00:00.000Z' },
    splitTime: '2026-11-04T00:00:00.000Z',
    rows: { read: 1000, train: 800, validation: 150, golden: 40, rejected: 10, rejectedBy: {} },
    positives: { train: 16, validation: 3 },
    sources: 90,
    gaps: [],
  },
  training: {
    container: 'embedded',
    packages: { node: '24' },
    seed: 7,
    hyperparameters: { eta: '0.1' },
    final: { 'validation-auc': 0.91 },
    bestEpoch: 2,
  },
  metrics: { 'golden.auc': 0.91 },
  unknown: {},
  slices: { results: [], reason: 'none named' },
  fairness: { results: [], reason: 'none named' },
  gates: [{ gate: 'golden.auc.minimum', passed: true, detail: 'AUC is 0.91' }],
  champion: null,
};

/** What evaluation wrote of a run, by file. */
export const evaluatedContents: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SEALED_FILES.map((f) => [f, `content of ${f}`])),
  'environment.json': JSON.stringify({
    container: 'embedded',
    packages: { node: '24' },
    seed: 7,
    hyperparameters: { eta: '0.1' },
  }),
  'metrics.json': JSON.stringify({
    epochs: [{ epoch: 1, metrics: { 'validation-auc': 0.91 } }],
    final: { 'validation-auc': 0.91 },
    bestEpoch: 1,
  }),
  'card.json': JSON.stringify(draft),
};

export const training: TrainingFacts = {
  modelData: 's3://artifacts/training/fraud/job-1/output/model.tar.gz',
  job: 'job-1',
  image: 'account/pytorch-training:2.9.0',
  source: 's3://assets/abc.tar.gz',
  instanceType: 'ml.g5.xlarge',
  instanceCount: 1,
  spot: true,
  seconds: 120,
  billableSeconds: 60,
  metrics: {},
};
