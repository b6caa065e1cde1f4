import { z } from 'zod';
import { artifactFilesSchema } from './artifact.ts';
import { lineageSchema, reproductionSchema } from './lineage.ts';
import { attemptSchema, trialSchema } from './training.ts';

/** Keys of the one registry table. */
export const registryKeys = {
  pk: (model: string) => `MODEL#${model}`,
  pointers: 'POINTERS',
  settings: 'SETTINGS',
  version: (n: number) => `VERSION#${String(n).padStart(6, '0')}`,
  versionPrefix: 'VERSION#',
  run: (time: string, id: string) => `RUN#${time}#${id}`,
  runPrefix: 'RUN#',
  event: (revision: number) => `EVENT#${String(revision).padStart(9, '0')}`,
  eventPrefix: 'EVENT#',
  /** @param id tells apart what happened in one millisecond: the revision, or the step outside the pointers */
  status: (n: number, at: string, id: string) => `STATUS#${String(n).padStart(6, '0')}#${at}#${id}`,
  statusPrefix: 'STATUS#',
  drift: (time: string) => `DRIFT#${time}`,
  driftPrefix: 'DRIFT#',
  /** @param month `2026-11` */
  budget: (month: string) => `BUDGET#${month}`,
  budgetPrefix: 'BUDGET#',
} as const;
/** Attribute DynamoDB expires items by (epoch seconds). */
export const TTL_ATTRIBUTE = 'expiresAt';

const version = z.int().positive();

/** What runs in a slot: a version of the model, sealed in a published Lambda version. */
export const slotStateSchema = z.strictObject({ version, lambdaVersion: z.string() });
export type SlotState = z.output<typeof slotStateSchema>;

export const RELEASE_STATES = ['preparing', 'awaiting-approval', 'shadow', 'canary', 'rolling-back'] as const;
export const releaseSchema = z.strictObject({
  id: z.string(),
  state: z.enum(RELEASE_STATES),
  version,
  slot: z.enum(['blue', 'green']),
  /** Percent of traffic the candidate has. */
  weight: z.number(),
  /** ARN of the release machine's execution, to stop it on rollback. */
  execution: z.string(),
  /** ARN of the rollback execution that ends it, once there is one. */
  rollback: z.string().nullable(),
  startedAt: z.string(),
  /** Start of the current weight; the judge counts from here. */
  stepSince: z.string(),
  /** What the slot held before; the slot gets it back when the release ends without promotion. */
  displaced: slotStateSchema.nullable().default(null),
});
export type Release = z.output<typeof releaseSchema>;

/**
 * The single source of truth of a model. Every change is one conditional update on `revision`, written in one
 * transaction with the EVENT item of that revision.
 */
export const pointersSchema = z.strictObject({
  model: z.string(),
  champion: version.nullable(),
  /** Slot of the champion: the version does not tell it, new code of the same version takes the other slot. */
  championSlot: z.enum(['blue', 'green']).nullable().default(null),
  candidate: version.nullable(),
  previous: version.nullable(),
  slots: z.strictObject({ blue: slotStateSchema.nullable(), green: slotStateSchema.nullable() }),
  release: releaseSchema.nullable(),
  /** Until then the alarms bring `previous` back; null when nothing was promoted or it was rolled back. */
  rollbackUntil: z.string().nullable(),
  /** Set while the release, or the champion itself (back to `previous`), is being rolled back. */
  rollback: z
    .strictObject({
      id: z.string(),
      execution: z.string(),
      startedAt: z.string(),
      target: z.enum(['release', 'champion']),
    })
    .nullable(),
  revision: z.int().nonnegative(),
});
export type Pointers = z.output<typeof pointersSchema>;
export const emptyPointers = (model: string): Pointers => ({
  model,
  champion: null,
  championSlot: null,
  candidate: null,
  previous: null,
  slots: { blue: null, green: null },
  release: null,
  rollbackUntil: null,
  rollback: null,
  revision: 0,
});

export const VERSION_STATUSES = [
  'registered',
  'candidate',
  'champion',
  'previous',
  'archived',
  'rejected',
  'rolled-back',
] as const;
export type VersionStatus = (typeof VERSION_STATUSES)[number];

/**
 * What a version may become. Released, it goes `registered → candidate → champion → previous → archived`; a release
 * that ends early gives the candidate its former status back, and a rollback makes the previous one champion again.
 * `rejected`, `rolled-back` and `archived` are final: what failed is not released again, a new run is.
 */
export const STATUS_TRANSITIONS: Readonly<Record<VersionStatus, readonly VersionStatus[]>> = {
  registered: ['candidate', 'archived'],
  candidate: ['champion', 'registered', 'previous', 'rejected', 'rolled-back'],
  champion: ['previous', 'rolled-back'],
  previous: ['champion', 'candidate', 'archived'],
  archived: [],
  rejected: [],
  'rolled-back': [],
};

export const versionItemSchema = z.strictObject({
  model: z.string(),
  version,
  status: z.enum(VERSION_STATUSES),
  /** When it got this status; the time of registration where nothing was written since. */
  statusSince: z.string().optional(),
  run: z.string(),
  datasetVersion: z.string(),
  goldenVersion: z.string(),
  featureSpecHash: z.string(),
  commit: z.string(),
  registeredAt: z.string(),
  artifact: artifactFilesSchema,
  metrics: z.record(z.string(), z.number().nullable()),
  /** Lambda version that served it last, and where it failed if it was rolled back. */
  lambdaVersion: z.string().nullable(),
  failedAt: z.string().nullable(),
  /** When the objects of an archived version were tagged for cheaper storage. */
  tieredAt: z.string().optional(),
});
export type VersionItem = z.output<typeof versionItemSchema>;

export const runItemSchema = z.object({
  model: z.string(),
  run: z.string(),
  startedAt: z.string(),
  reason: z.string(),
  by: z.string(),
  execution: z.string(),
  commit: z.string(),
  hyperparameters: z.record(z.string(), z.string()),
  /** Null while the run goes on. */
  outcome: z.enum(['registered', 'rejected', 'failed', 'reproduced', 'differs']).nullable(),
  endedAt: z.string().nullable(),
  datasetVersion: z.string().nullable(),
  version: version.nullable(),
  metrics: z.record(z.string(), z.number().nullable()).nullable(),
  error: z.string().nullable(),
  /** Absent until the run was evaluated. */
  lineage: lineageSchema.optional(),
  /** The run whose recorded inputs this one repeats. */
  reproduces: z.string().optional(),
  reproduction: reproductionSchema.optional(),
  /** Training jobs of the run, those that found no instances included. */
  attempts: z.array(attemptSchema).optional(),
  /** Trials of a tuned run; `hyperparameters` are then those of the best. */
  trials: z.array(trialSchema).optional(),
});
export type RunItem = z.output<typeof runItemSchema>;

/** What an operator may change between deployments. */
export const settingsItemSchema = z.object({
  model: z.string(),
  goldenVersion: z.string().nullable(),
  /** Laid over the definition's hyperparameters. */
  hyperparameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** Highest version number given out. */
  lastVersion: z.int().nonnegative(),
});
export type SettingsItem = z.output<typeof settingsItemSchema>;

/** Append-only: who changed which pointer from what to what, when, why. */
export const pointerEventSchema = z.object({
  model: z.string(),
  revision: z.int(),
  at: z.string(),
  by: z.string(),
  change: z.string(),
  reason: z.string(),
  from: z.record(z.string(), z.unknown()),
  to: z.record(z.string(), z.unknown()),
});
export type PointerEvent = z.output<typeof pointerEventSchema>;

/** Append-only: each change of a version's status, in one transaction with the change itself. */
export const statusEventSchema = z.object({
  model: z.string(),
  version,
  at: z.string(),
  by: z.string(),
  reason: z.string(),
  /** Null when the version was registered. */
  from: z.enum(VERSION_STATUSES).nullable(),
  to: z.enum(VERSION_STATUSES),
});
export type StatusEvent = z.output<typeof statusEventSchema>;

export const driftItemSchema = z.object({
  model: z.string(),
  at: z.string(),
  drifted: z.boolean(),
  /** The check could say nothing (too few rows). It neither breaks nor extends a streak. */
  undecided: z.string().nullable(),
  maxPsi: z.number().nullable(),
  streak: z.int(),
  report: z.string(),
  retrainRequested: z.boolean(),
});
export type DriftItem = z.output<typeof driftItemSchema>;
