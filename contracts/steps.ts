import { z } from 'zod';
import { artifactFilesSchema } from './artifact.ts';
import type { Reproduction } from './lineage.ts';
import { hyperparametersSchema } from './trainer.ts';
import { attemptSchema, trialSchema } from './training.ts';

/**
 * What the state machines say to the functions and what these answer. Each function takes a discriminated union on
 * `action`; each schema is parsed by the handler, and a mismatch is `InvalidInput`.
 */
const run = z.string().min(1);
const action = <T extends string, S extends z.ZodRawShape>(name: T, shape: S) =>
  z.strictObject({ action: z.literal(name), ...shape });

// ---- dataset ---------------------------------------------------------------------------------------------------
/**
 * `golden` freezes a golden set from the window if the model has none, or, asked to `renew`, a new version beside the old
 * one: what an operator does when `golden.stale` is announced. The next evaluation scores the champion on it too.
 * `freeze` makes the dataset version.
 */
export const datasetInput = z.discriminatedUnion('action', [
  action('golden', { run, renew: z.boolean().optional() }),
  action('freeze', { run, goldenVersion: z.string() }),
]);
export type DatasetInput = z.output<typeof datasetInput>;
export interface GoldenOutput {
  readonly goldenVersion: string;
  readonly rows: number;
  readonly created: boolean;
  /** The set that a new one replaced; null where none was made, and for the first. */
  readonly replaces: string | null;
}
export interface FreezeOutput {
  readonly datasetVersion: string;
  readonly existed: boolean;
  readonly featureSpecHash: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly rejected: number };
  /** s3:// URIs of the training channels. */
  readonly channels: { readonly train: string; readonly validation: string; readonly signature: string };
}

// ---- evaluation ------------------------------------------------------------------------------------------------
export const evaluationInput = z.strictObject({
  run,
  datasetVersion: z.string(),
  goldenVersion: z.string(),
  /** s3:// URI of `model.tar.gz`. */
  modelData: z.string(),
});
export type EvaluationInput = z.output<typeof evaluationInput>;
export const metricsSchema = z.record(z.string(), z.number().nullable());
export const evaluationOutput = z.strictObject({
  passed: z.boolean(),
  reasons: z.array(z.string()),
  /** Flat: `golden.auc`, `golden.logLoss`, `validation.auc`, `champion.golden.auc`, … */
  metrics: metricsSchema,
  report: z.string(),
  /** Unpacked files under `evaluations/<model>/<run>/`, ready to be sealed. */
  files: artifactFilesSchema,
  champion: z.int().nullable(),
});
export type EvaluationOutput = z.output<typeof evaluationOutput>;

/** What the state machine learned of the training job. */
export const trainingFactsSchema = z.strictObject({
  /** s3:// URI of `model.tar.gz`. */
  modelData: z.string(),
  job: z.string().nullable(),
  /** URI of the container image. */
  image: z.string().nullable(),
  /** s3:// URI of the training program. */
  source: z.string().nullable(),
  instanceType: z.string().nullable(),
  instanceCount: z.int().nullable(),
  spot: z.boolean().nullable(),
  seconds: z.number().nullable(),
  billableSeconds: z.number().nullable(),
  /** Final metrics by the names of the job's metric definitions. */
  metrics: metricsSchema,
});
export type TrainingFacts = z.output<typeof trainingFactsSchema>;
const evidence = {
  datasetVersion: z.string(),
  goldenVersion: z.string(),
  featureSpecHash: z.string(),
  training: trainingFactsSchema,
  evaluation: evaluationOutput,
  /** When evaluation had ended. */
  evaluatedAt: z.string(),
};
/** What an evaluated run was made from; its lineage is gathered from this. */
export const evidenceSchema = z.strictObject(evidence);
export type Evidence = z.output<typeof evidenceSchema>;

// ---- registry --------------------------------------------------------------------------------------------------
export const registryInput = z.discriminatedUnion('action', [
  action('start-run', {
    run,
    execution: z.string(),
    startedAt: z.string(),
    reason: z.string(),
    by: z.string(),
    /** The run whose recorded inputs are taken again. */
    reproduce: z.string().min(1).nullable().optional(),
  }),
  action('register', { run, startedAt: z.string(), ...evidence }),
  /**
   * Asked before each job: reserves its worst case in the month's budget and says what to train on.
   * Throws BudgetExceeded, CapacityExhausted.
   */
  action('plan-training', { run, startedAt: z.string(), attempts: z.array(attemptSchema) }),
  /** Records jobs and trials of a training that succeeded, and charges what they were billed. Throws TuningFailed. */
  action('record-training', {
    run,
    startedAt: z.string(),
    attempts: z.array(attemptSchema),
    trials: z.array(trialSchema),
    /** Name of the best trial; null without tuning, and where no trial was any good. */
    best: z.string().nullable(),
  }),
  /** Holds the artifact of a repeated run against the recorded one, and closes the run. */
  action('compare', { run, startedAt: z.string(), training: trainingFactsSchema }),
  action('finish-run', {
    run,
    startedAt: z.string(),
    outcome: z.enum(['rejected', 'failed']),
    error: z.string(),
    cause: z.string(),
    step: z.string(),
    execution: z.string(),
    /** As far as the run came. */
    datasetVersion: z.string().nullable().optional(),
    /** Of a run that was evaluated. */
    evidence: evidenceSchema.nullable().optional(),
    /** Jobs that were started, or could not be. */
    attempts: z.array(attemptSchema).optional(),
    trials: z.array(trialSchema).optional(),
  }),
  /** Lays hyperparameters over the definition's until the next override; `{}` removes them all. */
  action('override-hyperparameters', {
    hyperparameters: hyperparametersSchema,
    by: z.string(),
    reason: z.string(),
  }),
]);
export type RegistryInput = z.output<typeof registryInput>;
export interface StartRunOutput {
  readonly run: string;
  /** As SageMaker wants them: strings, seed included. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** The recorded inputs of the run to repeat, ready to train on; null for a run of its own. */
  readonly repeats: {
    readonly datasetVersion: string;
    readonly goldenVersion: string;
    readonly featureSpecHash: string;
    readonly channels: FreezeOutput['channels'];
  } | null;
}
export interface CompareOutput extends Reproduction {
  /** The same as `equal`, under the name that the machine puts out. */
  readonly reproduced: boolean;
}
export interface RegisterOutput {
  readonly version: number;
}

// ---- release ---------------------------------------------------------------------------------------------------
/** `release` is the name of the release machine's execution and the id of the release. */
const release = z.string().min(1);
export const releaseInput = z.discriminatedUnion('action', [
  action('begin', {
    release,
    execution: z.string(),
    version: z.union([z.int().positive(), z.literal('latest')]),
    by: z.string(),
    reason: z.string(),
  }),
  /** Publishes a Lambda version with code and model sealed, in the free slot. Idempotent per release. */
  action('prepare', { release }),
  /** Warm-up and golden rows. Throws SmokeTestFailed. */
  action('smoke', { release }),
  /** Marks the state the machine is about to wait in. */
  action('enter', { release, state: z.enum(['awaiting-approval', 'shadow']) }),
  /** Records who approved, after the wait for it. */
  action('approve', { release, by: z.string() }),
  /** Replays the last minutes of the champion's live requests to the candidate. Throws ShadowFailed. */
  action('shadow', { release }),
  action('shift', { release, weight: z.number().min(0).max(100) }),
  action('judge', { release }),
  action('promote', { release }),
  /** Champion alone at 100 %, pointers cleared, `release.failed` announced. Idempotent. */
  action('abandon', {
    release,
    error: z.string(),
    cause: z.string(),
    step: z.string(),
    execution: z.string(),
  }),
  /** Abandons a release whose execution is over without having done so. Idempotent. */
  action('recover', { release, execution: z.string(), status: z.string() }),
]);
export type ReleaseInput = z.output<typeof releaseInput>;
export interface BeginReleaseOutput {
  readonly release: string;
  readonly version: number;
  readonly slot: 'blue' | 'green';
  readonly champion: number | null;
  /** No champion yet: no shadow, no canary; smoke-tested and promoted. */
  readonly first: boolean;
  readonly steps: readonly number[];
  readonly bakeSeconds: number;
  readonly shadowSeconds: number;
  readonly approval: 'none' | 'manual';
  readonly maxHolds: number;
}
export interface JudgeOutput {
  readonly verdict: 'proceed' | 'hold' | 'roll-back';
  readonly reasons: readonly string[];
  readonly samples: number;
}

// ---- rollback --------------------------------------------------------------------------------------------------
const rollback = z.string().min(1);
export const rollbackInput = z.discriminatedUnion('action', [
  action('begin', {
    rollback,
    execution: z.string(),
    reason: z.string(),
    by: z.string(),
    /** Slot of the alarm that asks, null for the alias-level alarm and for a person. */
    slot: z.enum(['blue', 'green']).nullable(),
  }),
  action('restore', { rollback }),
  action('finish', { rollback, reason: z.string() }),
]);
export type RollbackInput = z.output<typeof rollbackInput>;
export interface BeginRollbackOutput {
  readonly decision: 'roll-back' | 'ignore';
  readonly reason: string;
  /** Execution of the release to stop, if one is running. */
  readonly releaseExecution: string | null;
}
