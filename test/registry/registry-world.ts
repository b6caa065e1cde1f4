import { Readable } from 'node:stream';
import type { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type ArtifactFiles, SEALED_FILES } from '../../contracts/artifact.ts';
import { keys } from '../../contracts/names.ts';
import type { RegisterOutput, StartRunOutput } from '../../contracts/steps.ts';
import { createRegistry } from '../../lambdas/registry/handler.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import { type ObjectStore, sha256 } from '../../lambdas/shared/clients.ts';
import type { Announcement } from '../../lambdas/shared/events.ts';
import type { MetricValues } from '../../lambdas/shared/metrics.ts';
import { definition, evaluatedContents, training } from './fixtures.ts';
import { memoryTable } from './memory-table.ts';

export const STARTED = '2026-11-18T06:00:00.000Z';

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

export function setUp() {
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
