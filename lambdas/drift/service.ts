import { PutObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { METRICS } from '../../contracts/metrics.ts';
import { keys } from '../../contracts/names.ts';
import type { DriftItem, RunItem, VersionItem } from '../../contracts/registry.ts';
import { CoalmineError, describeError } from '../shared/errors.ts';
import type { Publish } from '../shared/events.ts';
import type { Emit } from '../shared/metrics.ts';
import type { Model } from '../shared/model.ts';
import { type CheckSources, examine, type Finding } from './check.ts';
import { type Decision, decide } from './decide.ts';
import type { DriftStore } from './store.ts';

const HOUR_MS = 3_600_000;
/** `at`: the scheduled time of the check, so that a delivery repeated by the scheduler is the same check. */
const inputSchema = z.object({ at: z.iso.datetime({ offset: true }).optional() });

export interface DriftService {
  readonly model: Model;
  readonly sources: CheckSources;
  readonly registry: DriftStore;
  readonly publish: Publish;
  readonly emit: Emit;
  readonly clock: () => Date;
}

/** Makes one drift check and announces it; a failed one is announced as `drift.failed`. */
export async function runDriftCheck(
  service: DriftService,
  event: unknown,
  execution: string,
): Promise<DriftItem> {
  try {
    const input = inputSchema.safeParse(event ?? {});
    if (!input.success) throw new CoalmineError('InvalidInput', input.error.message);
    // Without a scheduled time, invocations of one minute are one check.
    const now = service.clock().getTime();
    const at = new Date(input.data.at ?? Math.floor(now / 60_000) * 60_000);
    return (await service.registry.check(at.toISOString())) ?? (await check(service, at));
  } catch (e) {
    const { name: error, message: cause } = describeError(e);
    const model = service.model.definition.name;
    await service
      .publish({ type: 'drift.failed', model, error, cause, step: 'check', execution })
      .catch((unannounced: unknown) => {
        throw new AggregateError([e, unannounced], `${cause} (and drift.failed could not be announced)`);
      });
    throw e;
  }
}

async function check(service: DriftService, time: Date): Promise<DriftItem> {
  const { model, registry, sources } = service;
  const { definition } = model;
  const at = time.toISOString();
  const champion = await registry.champion();
  const finding = champion ? await examine(sources, definition, champion, time.getTime()) : NO_CHAMPION;
  const runs = await registry.runs();
  const decision = decide({
    drifted: finding.verdict?.drifted ?? null,
    previousStreak: (await registry.previous(at))?.streak ?? 0,
    patience: definition.drift.patience,
    cooldownHours: definition.drift.cooldownHours,
    lastRetrainMs: await lastRetrain(service, runs, time),
    nowMs: time.getTime(),
  });
  const report = keys.driftReport(definition.name, at);
  await sources.store.send(
    new PutObjectCommand({
      Bucket: sources.predictionBucket,
      Key: report,
      Body: JSON.stringify(describe(definition.name, at, champion, finding, decision), null, 2),
      ContentType: 'application/json',
    }),
  );
  const item: DriftItem = {
    model: definition.name,
    at,
    drifted: decision.streak > 0 && finding.verdict !== null,
    undecided: finding.undecided,
    maxPsi: finding.verdict?.maxPsi ?? null,
    streak: decision.streak,
    report,
    retrainRequested: decision.retrain === 'request',
  };
  if (!(await registry.claim(item))) return (await registry.check(at)) ?? item;
  try {
    await announce(service, item, finding, decision);
  } catch (e) {
    await registry.release(item);
    throw e;
  }
  emitMetrics(service, finding, runs, time);
  return item;
}

const NO_CHAMPION: Finding = {
  rows: 0,
  undecided: 'no champion yet',
  verdict: null,
  golden: null,
  auc: { value: null, rows: 0, positives: 0, reason: 'no champion yet' },
  log: { objects: 0, every: 1, unreadable: [], garbage: 0, duplicates: 0, otherVersions: 0 },
};

/** Start of the newest run, or the newest request that may not have started one yet; epoch milliseconds. */
async function lastRetrain(
  { registry, model }: DriftService,
  runs: readonly RunItem[],
  at: Date,
): Promise<number | null> {
  const from = new Date(at.getTime() - model.definition.drift.cooldownHours * HOUR_MS).toISOString();
  const checks = await registry.between(from, at.toISOString());
  const times = [
    ...runs.map((r) => Date.parse(r.startedAt)),
    ...checks.filter((c) => c.retrainRequested).map((c) => Date.parse(c.at)),
  ];
  return times.length > 0 ? Math.max(...times) : null;
}

async function announce(
  { publish }: DriftService,
  item: DriftItem,
  { rows, undecided, verdict, golden, auc }: Finding,
  { streak, retrain, reason }: Decision,
): Promise<void> {
  const { model, at, report } = item;
  const drifted = [...(verdict?.drifted ?? [])];
  const psi = Object.fromEntries(
    Object.entries(verdict?.features ?? {}).flatMap(([name, f]) => (f.psi === null ? [] : [[name, f.psi]])),
  );
  const { maxPsi } = item;
  const scorePsi = verdict?.scorePsi ?? null;
  const checked = { rows, undecided, maxPsi, drifted, scorePsi, liveAuc: auc.value, psi, streak };
  await publish({ type: 'drift.checked', model, at, ...checked });
  if (golden && golden.stale.length > 0) {
    const { goldenVersion, maxPsi: worst } = golden;
    await publish({
      type: 'golden.stale',
      model,
      at,
      goldenVersion,
      features: [...golden.stale],
      maxPsi: worst,
    });
  }
  if (item.drifted)
    await publish({ type: 'drift.detected', model, at, drifted, maxPsi: maxPsi ?? 0, streak, report });
  if (retrain === 'suppress') await publish({ type: 'drift.retrain-suppressed', model, at, reason, streak });
  // Last: it is what a retry must not lose, and what must not be asked for twice.
  if (retrain === 'request') await publish({ type: 'retrain.requested', model, at, reason, by: 'drift' });
}

function emitMetrics({ emit }: DriftService, f: Finding, runs: readonly RunItem[], at: Date): void {
  emit({
    [METRICS.driftMaxPsi]: f.verdict?.maxPsi ?? null,
    [METRICS.driftedFeatures]: f.verdict ? f.verdict.drifted.length : null,
    [METRICS.nullRate]: f.verdict?.nullRate ?? null,
    [METRICS.liveAuc]: f.auc.value,
    [METRICS.hoursSinceRetrain]: hoursSinceRetrain(runs, at.getTime()),
  });
}

/** Hours since the newest run that registered a version; of a model that never had one, since its oldest known run. */
export function hoursSinceRetrain(runs: readonly RunItem[], nowMs: number): number | null {
  const succeeded = runs.find((r) => r.outcome === 'registered');
  const since = succeeded ? (succeeded.endedAt ?? succeeded.startedAt) : runs.at(-1)?.startedAt;
  return since === undefined ? null : (nowMs - Date.parse(since)) / HOUR_MS;
}

/** The drift report, as written to the prediction bucket. */
const describe = (
  model: string,
  at: string,
  champion: VersionItem | null,
  finding: Finding,
  decision: Decision,
) => ({
  model,
  at,
  version: champion?.version ?? null,
  datasetVersion: champion?.datasetVersion ?? null,
  ...finding,
  decision,
});
