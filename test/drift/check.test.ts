import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Baseline } from '../../contracts/dataset.ts';
import type { DomainEvent } from '../../contracts/events.ts';
import type { MetricName } from '../../contracts/metrics.ts';
import { defineModel } from '../../contracts/model-definition.ts';
import type { PredictionLine } from '../../contracts/prediction.ts';
import type { DriftItem, RunItem, VersionItem } from '../../contracts/registry.ts';
import { type DriftService, hoursSinceRetrain, runDriftCheck } from '../../lambdas/drift/service.ts';
import type { DriftStore } from '../../lambdas/drift/store.ts';
import { sha256 } from '../../lambdas/shared/objects.ts';
import { numericBaseline } from '../../lambdas/shared/statistics/numeric-baseline.ts';
import { FakeBucket } from '../fakes/bucket.ts';

const NOW = '2026-11-18T08:00:00.000Z';
const definition = defineModel({
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
});
const uniform = Float32Array.from({ length: 1000 }, (_, i) => i / 1000);
const baseline: Baseline = {
  datasetVersion: 'ds-20261101-0123456789ab',
  rows: 1000,
  features: {
    n: numericBaseline(uniform),
    c: { kind: 'categorical', counts: { a: 500, b: 500 }, unseen: 0, nulls: 0 },
  },
  score: numericBaseline(uniform),
};

class FakeRegistry implements DriftStore {
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

function world() {
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
    model: { definition, features: {} },
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
type World = ReturnType<typeof world>;
const check = (w: World, at = NOW, service: Partial<DriftService> = {}) =>
  runDriftCheck({ ...w.service, ...service }, { at }, 'request-1');

/** `n` predictions as the baseline expects them, changed by `over`. */
function predictions(n: number, over: (i: number) => Partial<PredictionLine> = () => ({})): string[] {
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
const outcome = (i: number, label: 0 | 1, at = NOW.replace('08:', '07:')) =>
  JSON.stringify({ event: 'outcome', predictionId: `p${i}`, model: 'demo', at, label });
const LOG = 'predictions/demo/dt=2026-11-18/a';
const put = (w: World, lines: readonly string[], key = LOG) => w.bucket.put(key, `${lines.join('\n')}\n`);
const shifted = (i: number) => ({ features: { n: ((i * 37) % 200) / 200, c: i % 10 ? 'a' : 'new' } });

it('traffic like the baseline is no drift', async () => {
  const w = world();
  put(w, predictions(400));
  expect(await check(w)).toMatchObject({
    drifted: false,
    undecided: null,
    streak: 0,
    retrainRequested: false,
  });
  expect(w.events.map((e) => e.type)).toEqual(['drift.checked']);
  expect(w.events[0]).toMatchObject({ rows: 400, drifted: [] });
  expect(w.metrics[0]).toMatchObject({ DriftedFeatures: 0, NullRate: 0 });
});

it('a shifted category is drift, with a report that says so', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  const item = await check(w);
  expect(item).toMatchObject({ drifted: true, streak: 1 });
  expect(w.events[1]).toMatchObject({
    type: 'drift.detected',
    drifted: ['c'],
    report: `drift/demo/${NOW}.json`,
  });
  expect(w.bucket.json(item.report)).toMatchObject({
    version: 3,
    verdict: { features: { c: { unseen: 0.1, reasons: [expect.stringContaining('PSI')] } } },
  });
});

it.each([
  [
    'a column that turns null',
    () => ({ features: { n: null, c: 'a' } }),
    'n',
    /null rate rose from 0.000 to 1.000/,
  ],
  ['values out of range', () => ({ features: { n: 7, c: 'a' } }), 'n', /out of the baseline's range/],
])('%s is drift', async (_what, over, name, reason) => {
  const w = world();
  put(w, predictions(400, over));
  const item = await check(w);
  const report = w.bucket.json(item.report) as {
    verdict: { features: Record<string, { reasons: string[] }> };
  };
  expect(report.verdict.features[name]!.reasons.join()).toMatch(reason);
});

it('a score that moved is drift by itself', async () => {
  const w = world();
  put(
    w,
    predictions(400, (i) => ({ score: 0.9 + (i % 10) / 100 })),
  );
  await check(w);
  expect(w.events[0]).toMatchObject({ drifted: ['score'] });
});

it('sustained drift asks for a retrain, and within the cooldown says why it does not', async () => {
  const w = world();
  const days = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'];
  const asked: string[] = [];
  for (const day of days) {
    const at = `${day}T08:00:00.000Z`;
    put(
      w,
      predictions(400, (i) => ({
        ...shifted(i),
        predictionId: `${day}-${i}`,
        at: new Date(Date.parse(at) - 3_600_000 - i * 1000).toISOString(),
      })),
      `predictions/demo/dt=${day}/a`,
    );
    w.events.length = 0;
    await check(w, at);
    asked.push(w.events.at(-1)!.type);
    if (day === '2026-11-17') w.registry.runItems.unshift(run(`${day}T09:00:00.000Z`));
  }
  expect(asked).toEqual([
    'drift.detected',
    'retrain.requested',
    'drift.retrain-suppressed',
    'retrain.requested',
  ]);
});

const run = (startedAt: string, over: Partial<RunItem> = {}): RunItem => ({
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

it('only predictions of the champion in the window count, each once, whatever else the log holds', async () => {
  const w = world();
  const old = new Date(Date.parse(NOW) - 25 * 3_600_000).toISOString();
  const lines = predictions(120);
  const rest = [
    ...lines.slice(0, 20),
    ...predictions(300, (i) => ({ ...shifted(i), predictionId: `v4-${i}`, version: 4 })),
    ...predictions(300, (i) => ({ ...shifted(i), predictionId: `old-${i}`, at: old })),
    'not json',
    '{"event":"prediction"}',
  ];
  put(w, lines);
  w.bucket.put('predictions/demo/dt=2026-11-17/b.gz', gzipSync(rest.join('\n')));
  const item = await check(w);
  expect(item).toMatchObject({ drifted: false, undecided: null });
  expect(w.bucket.json(item.report)).toMatchObject({
    rows: 120,
    log: { duplicates: 20, otherVersions: 300, garbage: 2, unreadable: [] },
  });
});

it('too few rows decide nothing and keep the streak', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  await check(w, '2026-11-18T07:30:00.000Z');
  put(w, predictions(99, shifted));
  const item = await check(w);
  expect(item).toMatchObject({
    drifted: false,
    streak: 1,
    undecided: expect.stringContaining('99 predictions'),
  });
  expect(w.events.at(-1)).toMatchObject({ type: 'drift.checked', psi: {}, undecided: item.undecided });
});

it('a model without champion is undecided, not an error', async () => {
  const w = world();
  w.registry.version = null;
  expect(await check(w)).toMatchObject({ undecided: 'no champion yet', streak: 0 });
});

it('live AUC joins outcomes to predictions of the last days; a corrected outcome replaces the first', async () => {
  const w = world();
  const outcomes = [
    outcome(199, 0, '2026-11-18T05:00:00.000Z'),
    outcome(199, 1),
    outcome(0, 0),
    outcome(1, 0),
  ];
  put(w, [...outcomes, ...predictions(200)]);
  await check(w);
  expect(w.events[0]).toMatchObject({ liveAuc: 1 });
  expect(w.metrics[0]).toMatchObject({ LiveAuc: 1 });
});

it('an unreadable log object is told and does not stop the check; nothing readable is undecided', async () => {
  const w = world();
  put(w, predictions(200));
  w.bucket.put(`${LOG}2.gz`, Buffer.from([0x1f, 0x8b, 1, 2, 3]));
  put(w, predictions(10), `${LOG}3`);
  w.bucket.denied.add(`${LOG}3`);
  const item = await check(w);
  expect(item.undecided).toBeNull();
  expect(w.bucket.json(item.report)).toMatchObject({
    log: {
      unreadable: [{ key: `${LOG}2.gz` }, { key: `${LOG}3`, error: expect.stringContaining('AccessDenied') }],
    },
  });
  w.bucket.denied.add(LOG);
  expect((await check(w, '2026-11-18T08:05:00.000Z')).undecided).toBe(
    'none of the 3 log objects is readable',
  );
});

it('the same check twice, one after the other or at once, is announced once', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  const [a, b] = await Promise.all([check(w), check(w)]);
  expect(await check(w)).toEqual(a);
  expect(b).toEqual(a);
  expect(w.events.filter((e) => e.type === 'drift.detected')).toHaveLength(1);
  expect(w.metrics).toHaveLength(1);
});

it('a check that could not be announced is made again by the retry', async () => {
  const w = world();
  put(w, predictions(400, shifted));
  const dead = { publish: async () => Promise.reject(new Error('bus down')) };
  await expect(check(w, NOW, dead)).rejects.toThrow(/bus down \(and drift.failed could not be announced\)/);
  await check(w);
  expect(w.events.map((e) => e.type)).toEqual(['drift.checked', 'drift.detected']);
  expect(w.registry.items).toHaveLength(1);
});

it('a baseline that is not what was sealed fails the check, loudly', async () => {
  const w = world();
  w.bucket.objects.get('models/demo/000003/baseline.json')![0] = { body: Buffer.from('{}'), versionId: 'v1' };
  await expect(check(w)).rejects.toMatchObject({ name: 'ArtifactInvalid' });
  expect(w.events.at(-1)).toMatchObject({
    type: 'drift.failed',
    error: 'ArtifactInvalid',
    execution: 'request-1',
  });
});

it('hours since the last retrain count from the newest run that registered a version', () => {
  const now = Date.parse(NOW);
  expect(hoursSinceRetrain([], now)).toBeNull();
  expect(hoursSinceRetrain([run('2026-11-18T07:00:00.000Z', { outcome: 'failed' })], now)).toBe(1);
  expect(
    hoursSinceRetrain(
      [
        run('2026-11-18T07:00:00.000Z', { outcome: 'rejected' }),
        run('2026-11-18T01:00:00.000Z', { outcome: 'registered', endedAt: '2026-11-18T02:00:00.000Z' }),
      ],
      now,
    ),
  ).toBe(6);
});
