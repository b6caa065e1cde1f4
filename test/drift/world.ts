import type { Baseline } from '../../contracts/dataset.ts';
import type { DomainEvent } from '../../contracts/events.ts';
import type { MetricName } from '../../contracts/metrics.ts';
import {
  defineModel,
  type ModelDefinition,
  type ModelDefinitionInput,
} from '../../contracts/model-definition.ts';
import type { PredictionLine } from '../../contracts/prediction.ts';
import type { DriftItem, RunItem, VersionItem } from '../../contracts/registry.ts';
import { type DriftService, runDriftCheck } from '../../lambdas/drift/service.ts';
import type { DriftStore } from '../../lambdas/drift/store.ts';
import { sha256 } from '../../lambdas/shared/objects.ts';
import { numericBaseline } from '../../lambdas/shared/statistics/numeric-baseline.ts';
import { FakeBucket } from '../fakes/bucket.ts';

export const NOW = '2026-11-18T08:00:00.000Z';
/** The model of these tests; `more` takes the place of what it says. */
export const demo = (more: Partial<ModelDefinitionInput> = {}): ModelDefinition =>
  defineModel({
    name: 'demo',
    description: 'demo',
    task: 'binary',
    entity: 'id',
    eventTime: 'at',
    label: { column: 'y' },
    features: [
      { name: 'n', kind: 'numeric' },
      { name: 'c', kind: 'categorical' },
    ],
    drift: { minRows: 100, patience: 2, cooldownHours: 24 },
    ...more,
  });
export const uniform = Float32Array.from({ length: 1000 }, (_, i) => i / 1000);
export const baseline: Baseline = {
  datasetVersion: 'ds-20261101-0123456789ab',
  rows: 1000,
  features: {
    n: numericBaseline(uniform),
    c: { kind: 'categorical', counts: { a: 500, b: 500 }, unseen: 0, nulls: 0 },
  },
  score: numericBaseline(uniform),
};

export class FakeRegistry implements DriftStore {
  readonly items: DriftItem[] = [];
  readonly runItems: RunItem[] = [];
  version: VersionItem | null;
  constructor(version: VersionItem | null) {
    this.version = version;
  }
  champion = async () => this.version;
  check = async (at: string) => this.items.find((i) => i.at === at) ?? null;
  previous = async (at: string) => this.items.filter((i) => i.at < at).at(-1) ?? null;
  between = async (from: string, to: string) => this.items.filter((i) => i.at >= from && i.at < to);
  runs = async () => this.runItems;
  claim = async (item: DriftItem) => {
    if (this.items.some((i) => i.at === item.at)) return false;
    this.items.push(item);
    return true;
  };
  release = async (item: DriftItem) => {
    this.items.splice(this.items.indexOf(item), 1);
  };
}

export function world() {
  const bucket = new FakeBucket();
  const body = JSON.stringify(baseline);
  const key = 'models/demo/000003/baseline.json';
  bucket.put(key, body);
  const registry = new FakeRegistry({
    model: 'demo',
    version: 3,
    status: 'champion',
    run: 'r',
    datasetVersion: baseline.datasetVersion,
    goldenVersion: 'g',
    featureSpecHash: 'h',
    commit: 'c',
    registeredAt: NOW,
    artifact: { 'baseline.json': { key, versionId: 'v1', sha256: sha256(body) } },
    metrics: {},
    lambdaVersion: null,
    failedAt: null,
  });
  const events: DomainEvent[] = [];
  const metrics: Partial<Record<MetricName, number | null>>[] = [];
  const service: DriftService = {
    model: { definition: demo(), features: {} },
    sources: { store: bucket, predictionBucket: 'p', artifactBucket: 'a' },
    registry,
    publish: async (e) => {
      events.push({ at: NOW, ...e } as DomainEvent);
    },
    emit: (values) => metrics.push(values),
    clock: () => new Date(NOW),
  };
  return { bucket, registry, events, metrics, service };
}
export type World = ReturnType<typeof world>;
export const check = (w: World, at = NOW, service: Partial<DriftService> = {}) =>
  runDriftCheck({ ...w.service, ...service }, { at }, 'request-1');

/** `n` predictions as the baseline expects them, changed by `over`. */
export function predictions(n: number, over: (i: number) => Partial<PredictionLine> = () => ({})): string[] {
  return Array.from({ length: n }, (_, i) => {
    const line: PredictionLine = {
      event: 'prediction',
      predictionId: `p${i}`,
      model: 'demo',
      version: 3,
      slot: 'blue',
      at: new Date(Date.parse(NOW) - 3_600_000 - i * 1000).toISOString(),
      entity: '0123456789abcdef',
      features: { n: ((i * 37) % 200) / 200, c: i % 2 ? 'a' : 'b' },
      score: ((i * 37) % 200) / 200,
      latencyMs: 1,
      degraded: false,
    };
    return JSON.stringify({ ...line, ...over(i) });
  });
}
export const outcome = (i: number, label: 0 | 1, at = NOW.replace('08:', '07:')) =>
  JSON.stringify({ event: 'outcome', predictionId: `p${i}`, model: 'demo', at, label });
export const LOG = 'predictions/demo/dt=2026-11-18/a';
export const put = (w: World, lines: readonly string[], key = LOG) =>
  w.bucket.put(key, `${lines.join('\n')}\n`);
export const shifted = (i: number) => ({ features: { n: ((i * 37) % 200) / 200, c: i % 10 ? 'a' : 'new' } });

export const run = (startedAt: string, over: Partial<RunItem> = {}): RunItem => ({
  model: 'demo',
  run: 'r',
  startedAt,
  reason: '',
  by: '',
  execution: '',
  commit: '',
  hyperparameters: {},
  outcome: null,
  endedAt: null,
  datasetVersion: null,
  version: null,
  metrics: null,
  error: null,
  ...over,
});
