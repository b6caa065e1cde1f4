import { z } from 'zod';

/**
 * Domain events on the platform's bus: source `coalmine`, detail-type = `type`, detail = the event without `type`.
 * A function announces what it did; a state machine announces what failed. No step knows who listens.
 */
const base = { model: z.string(), at: z.string().describe('ISO 8601') };
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...base, ...shape });
const version = z.int();
const slot = z.enum(['blue', 'green']);
const reason = z.string();

export const failureShape = { error: z.string(), cause: z.string(), step: z.string(), execution: z.string() };

export const domainEventSchema = z.discriminatedUnion('type', [
  event('golden.frozen', {
    goldenVersion: z.string(),
    rows: z.int(),
    /** The golden set that was in force before; null for a model's first. */
    replaces: z.string().nullable(),
  }),
  /** Live traffic has left the golden set: comparisons on it no longer speak for it. */
  event('golden.stale', { goldenVersion: z.string(), features: z.array(z.string()), maxPsi: z.number() }),
  event('dataset.frozen', {
    datasetVersion: z.string(),
    run: z.string(),
    rows: z.int(),
    rejected: z.int(),
    /** The version existed already: nothing was written. */
    existed: z.boolean(),
  }),
  event('dataset.rejected', {
    run: z.string(),
    reason,
    rows: z.int(),
    rejected: z.int(),
    rejectedBy: z.record(z.string(), z.int()),
  }),
  event('retrain.requested', { reason, by: z.string() }),
  event('retrain.started', { run: z.string(), reason, by: z.string() }),
  event('retrain.succeeded', { run: z.string(), version }),
  /** Ended without a version: `gate.failed`, `dataset.rejected` or the event of the step says more. */
  event('retrain.failed', { run: z.string(), ...failureShape }),
  /** A run was repeated from its recorded inputs, and its artifact held against the recorded one. */
  event('run.repeated', {
    run: z.string(),
    of: z.string(),
    equal: z.boolean(),
    differences: z.array(z.string()),
  }),
  event('version.archived', { version, reason }),
  event('training.completed', {
    run: z.string(),
    seconds: z.number(),
    /** Of all trials, for a search; null where SageMaker did not tell. */
    billedSeconds: z.number().nullable(),
    metrics: z.record(z.string(), z.number()),
  }),
  /** No job was started: its worst case is more than what is left of the model's budget for the month. */
  event('budget.exceeded', {
    run: z.string(),
    month: z.string(),
    worstCaseUsd: z.number(),
    leftUsd: z.number(),
    budgetUsd: z.number(),
  }),
  /** AWS or the account's quota is short of instances; it is tried again, on `next`. */
  event('training.postponed', {
    run: z.string(),
    instanceType: z.string(),
    reason,
    next: z.string(),
    waitSeconds: z.number(),
  }),
  event('gate.passed', { run: z.string(), metrics: z.record(z.string(), z.number().nullable()) }),
  event('gate.failed', {
    run: z.string(),
    reasons: z.array(z.string()),
    metrics: z.record(z.string(), z.number().nullable()),
  }),
  event('version.registered', {
    run: z.string(),
    version,
    datasetVersion: z.string(),
    auc: z.number().nullable(),
  }),
  event('hyperparameters.overridden', {
    by: z.string(),
    reason,
    hyperparameters: z.record(z.string(), z.unknown()),
  }),
  event('release.started', {
    release: z.string(),
    version,
    slot,
    champion: version.nullable(),
    by: z.string(),
  }),
  event('release.approval-requested', { release: z.string(), version, taskToken: z.string() }),
  event('release.approved', { release: z.string(), version, by: z.string() }),
  event('release.prepared', { release: z.string(), version, slot, lambdaVersion: z.string() }),
  event('release.smoke-tested', { release: z.string(), version, rows: z.int(), maxDifference: z.number() }),
  event('release.shadowed', { release: z.string(), version, rows: z.int(), scorePsi: z.number().nullable() }),
  event('release.weight-shifted', { release: z.string(), version, slot, weight: z.number() }),
  event('release.judged', {
    release: z.string(),
    version,
    weight: z.number(),
    verdict: z.enum(['proceed', 'hold', 'roll-back']),
    reasons: z.array(z.string()),
    samples: z.int(),
  }),
  event('release.promoted', {
    release: z.string(),
    version,
    slot,
    previous: version.nullable(),
    rollbackUntil: z.string(),
  }),
  /** Ended without promotion, the champion alone at 100 %: too few samples, smoke test, approval refused, a fault. */
  event('release.failed', { release: z.string(), version: version.nullable(), ...failureShape }),
  event('release.skipped', { reason }),
  event('rollback.started', { rollback: z.string(), version: version.nullable(), reason, by: z.string() }),
  event('release.rolled-back', {
    rollback: z.string(),
    version,
    /** The step it failed at, e.g. `canary-10` or `promoted`. */
    step: z.string(),
    champion: version.nullable(),
    seconds: z.number(),
    reason,
  }),
  /** There was nothing to roll back, or it is already being done. */
  event('rollback.ignored', { rollback: z.string(), reason }),
  event('rollback.failed', { rollback: z.string(), ...failureShape }),
  event('drift.checked', {
    rows: z.int(),
    /** Why nothing could be said, e.g. too few rows; null when the check was made. */
    undecided: z.string().nullable(),
    maxPsi: z.number().nullable(),
    drifted: z.array(z.string()),
    scorePsi: z.number().nullable(),
    liveAuc: z.number().nullable(),
    /** PSI by feature. */
    psi: z.record(z.string(), z.number()),
    /** Consecutive drifted checks, this one included. */
    streak: z.int(),
  }),
  event('drift.detected', {
    drifted: z.array(z.string()),
    maxPsi: z.number(),
    streak: z.int(),
    report: z.string(),
  }),
  event('drift.retrain-suppressed', { reason, streak: z.int() }),
  event('drift.failed', failureShape),
]);

export type DomainEvent = z.output<typeof domainEventSchema>;
export type DomainEventType = DomainEvent['type'];
export type DomainEventOf<T extends DomainEventType> = Extract<DomainEvent, { type: T }>;
export const DOMAIN_EVENT_TYPES = domainEventSchema.options.map(
  (o) => o.shape.type.value,
) as DomainEventType[];
