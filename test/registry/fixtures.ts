import { SEALED_FILES } from '../../contracts/artifact.ts';
import { defineModel, type ModelDefinition } from '../../contracts/model-definition.ts';
import type { VersionItem } from '../../contracts/registry.ts';

export const definition: ModelDefinition = defineModel({
  name: 'fraud',
  description: 'test',
  task: 'binary',
  entity: 'card',
  eventTime: 'at',
  label: { column: 'y' },
  features: [{ name: 'a', kind: 'numeric' }],
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
