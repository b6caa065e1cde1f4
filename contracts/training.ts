import { z } from 'zod';

/** One SageMaker job of a run: a training job, or the tuning job that stands in its place. */
export const attemptSchema = z.strictObject({
  job: z.string(),
  instanceType: z.string(),
  /** Of all its trials, for a tuning job; null where nobody could tell. */
  billableSeconds: z.number().nullable(),
  /** Why it gave no model; null when it did. */
  reason: z.string().nullable(),
  /** AWS, or the account's quota, had no instances for it. */
  short: z.boolean(),
});
export type Attempt = z.output<typeof attemptSchema>;

export const trialSchema = z.strictObject({
  job: z.string(),
  /** SageMaker's: Completed, Stopped, Failed. */
  status: z.string(),
  /** Those that were searched. */
  hyperparameters: z.record(z.string(), z.string()),
  objective: z.number().nullable(),
  seconds: z.number().nullable(),
  billableSeconds: z.number().nullable(),
  reason: z.string().nullable(),
});
export type Trial = z.output<typeof trialSchema>;

/** How SageMaker's job names of a model begin; roles are confined by it. */
export const jobPrefixes = {
  training: (model: string) => `${model}-`,
  /** Tuning jobs may have 32 characters (CreateHyperParameterTuningJob), of which hash and attempt take 16. */
  tuning: (model: string) => `${model.slice(0, 16)}-`,
} as const;

/** What the state machine needs to start a job. Field names in capitals are SageMaker's. */
export interface TrainingPlan {
  readonly name: string;
  readonly instanceType: string;
  /** Before it is tried again. */
  readonly waitSeconds: number;
  /** All of them, or those that are not searched. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** `VpcConfig`, where the model has one. */
  readonly network: Readonly<Record<string, unknown>>;
  /** `HyperParameterTuningJobConfig`; null for one job. */
  readonly tuning: Readonly<Record<string, unknown>> | null;
  /** Longest that job, or all trials together, may take, waiting for spot capacity included. */
  readonly timeoutSeconds: number;
}
