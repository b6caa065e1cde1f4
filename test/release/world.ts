import { createHash } from 'node:crypto';
import type { GetObjectCommand } from '@aws-sdk/client-s3';
import type { DomainEvent } from '../../contracts/events.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { SEALED_ENV } from '../../contracts/names.ts';
import type { PredictionLine } from '../../contracts/prediction.ts';
import { registryKeys, type VersionItem } from '../../contracts/registry.ts';
import { createStore, type RegistryStore } from '../../lambdas/registry/store.ts';
import type { ReleaseDeps } from '../../lambdas/release/deps.ts';
import type { LineQuery } from '../../lambdas/release/prediction-lines.ts';
import { createRelease } from '../../lambdas/release/release.ts';
import type { SlotSample } from '../../lambdas/release/slot-metrics.ts';
import { createRollback } from '../../lambdas/rollback/handler.ts';
import type { ObjectStore } from '../../lambdas/shared/clients.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import type { AliasState, LiveAlias, Target } from '../../lambdas/shared/live-alias.ts';
import type { MetricValues } from '../../lambdas/shared/metrics.ts';
import { definition, versionItem } from '../registry/fixtures.ts';
import { type MemoryTable, memoryTable } from '../registry/memory-table.ts';

export const GOLDEN = {
  goldenVersion: 'golden-20261118-000000000000',
  rows: [0.1, 0.5, 0.9].map((score, i) => ({ features: { a: i }, score })),
};
const goldenText = JSON.stringify(GOLDEN);
const goldenHash = createHash('sha256').update(goldenText).digest('hex');

export const healthy: SlotSample = {
  predictions: 500,
  errors: 0,
  crashes: 0,
  latency: [{ p99: 40, samples: 500 }],
};

export interface PublishedVersion {
  readonly release: string;
  readonly env: Readonly<Record<string, string>>;
}
/** The release and rollback functions over a world in memory. Change what it holds to make things go wrong. */
export interface World {
  readonly deps: ReleaseDeps;
  readonly table: MemoryTable;
  readonly store: RegistryStore;
  readonly events: Announcement[];
  readonly metrics: MetricValues[];
  readonly published: Map<string, PublishedVersion>;
  readonly running: Set<string>;
  alias: AliasState;
  sample: SlotSample;
  lines: PredictionLine[];
  /** What a published version answers; throws what it throws. */
  answer: (lambdaVersion: string, rows: readonly Record<string, unknown>[]) => number[];
  now: number;
  release: ReturnType<typeof createRelease>;
  rollback: ReturnType<typeof createRollback>;
  types(): DomainEvent['type'][];
  register(version: number, more?: Partial<VersionItem>): void;
}

export function world(policy: Partial<ModelDefinition['release']> = {}): World {
  const table = memoryTable();
  const now = () => new Date(w.now);
  const store = createStore(table, 'fraud', now);
  let revision = 0;
  const alias: LiveAlias = {
    read: async () => structuredClone(w.alias),
    async write(target: Target, note: string, revisionId: string) {
      if (revisionId !== w.alias.revisionId)
        throw Object.assign(new Error('revision'), { name: 'PreconditionFailedException' });
      w.alias = { target: structuredClone(target), note, revisionId: `r${++revision}` };
    },
    initialVersion: async () => '1',
  };
  const deps: ReleaseDeps = {
    definition: { ...definition, release: { ...definition.release, ...policy } },
    store,
    alias,
    inference: {
      name: 'inference',
      published: async (release) => [...w.published].find(([, v]) => v.release === release)?.[0],
      async publish(release, env) {
        const version = String(w.published.size + 2);
        w.published.set(version, { release, env });
        return version;
      },
      async score(lambdaVersion, rows) {
        const env = w.published.get(lambdaVersion)?.env ?? {};
        return { version: Number(env[SEALED_ENV.version]), scores: w.answer(lambdaVersion, rows) };
      },
    },
    executions: { isRunning: async (arn) => w.running.has(arn) },
    lines: {
      read: async (q: LineQuery) =>
        w.lines.filter((l) => l.slot === q.slot && l.version === q.version).slice(0, q.limit),
    },
    metrics: { read: async () => w.sample },
    objects: goldenObjects,
    artifactBucket: 'artifacts',
    publish: async (e) => {
      w.events.push(e);
    },
    emit: (values) => w.metrics.push(values),
    now,
  };
  const w: World = {
    deps,
    table,
    store,
    events: [],
    metrics: [],
    published: new Map(),
    running: new Set(),
    alias: { target: { main: '1' }, note: '', revisionId: 'r0' },
    sample: healthy,
    lines: [],
    answer: (_, rows) => rows.map((r) => GOLDEN.rows[Number(r['a'])]?.score ?? 0.5),
    now: Date.parse('2026-11-16T08:00:00Z'),
    release: createRelease(deps),
    rollback: createRollback(deps),
    types: () => w.events.map((e) => e.type),
    register(version, more) {
      const item = versionItem(version, more);
      const pin = { ...item.artifact['golden-scores.json']!, sha256: goldenHash };
      table.items.set(registryKeys.version(version), {
        ...item,
        artifact: { ...item.artifact, 'golden-scores.json': pin },
      });
    },
  };
  return w;
}

const goldenObjects = {
  send: async (_: GetObjectCommand) => ({
    Body: { transformToByteArray: async () => Buffer.from(goldenText) },
    VersionId: 'v',
  }),
} as unknown as ObjectStore;

/** Releases a version from begin to promotion, without anything going wrong. */
export async function promote(w: World, release: string, version: number): Promise<void> {
  const plan = await w.release({
    action: 'begin',
    release,
    execution: `arn:${release}`,
    version,
    by: 'test',
    reason: 'test',
  });
  await w.release({ action: 'prepare', release });
  for (const weight of 'first' in plan && plan.first ? [100] : [10, 50, 100])
    await w.release({ action: 'shift', release, weight });
  await w.release({ action: 'promote', release });
}
export const beginInput = (release: string, version: number | 'latest') =>
  ({
    action: 'begin',
    release,
    execution: `arn:${release}`,
    version,
    by: 'test',
    reason: 'why',
  }) as const;

/** A prediction that the champion of these tests answered, unless `more` says otherwise. */
export const line = (n: number, score = 0.5, more: Partial<PredictionLine> = {}): PredictionLine => ({
  event: 'prediction',
  predictionId: `p${n}`,
  model: 'fraud',
  version: 1,
  slot: 'blue',
  at: '2026-11-16T08:00:00Z',
  entity: 'e',
  features: { a: n },
  score,
  latencyMs: 1,
  degraded: false,
  ...more,
});

/** A world in which version 1 is champion and versions 2 and 3 wait; its events so far are forgotten. */
export async function withChampion(): Promise<World> {
  const w = world();
  w.register(1);
  await promote(w, 'first', 1);
  w.register(2);
  w.register(3);
  w.events.length = 0;
  return w;
}

/** What tests ask of the world that is theirs by then. */
export function requests(current: () => World) {
  const begin = (id: string, version: number | 'latest' = 2) => current().release(beginInput(id, version));
  const prepare = async (id = 'r', version = 2) => {
    await begin(id, version);
    return current().release({ action: 'prepare', release: id });
  };
  return { begin, prepare };
}
