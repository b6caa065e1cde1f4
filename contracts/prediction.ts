import { z } from 'zod';

const featureValue = z.union([z.number(), z.string(), z.null()]);

/** One JSON line a prediction on stdout of the inference function. */
export const predictionLineSchema = z.object({
  event: z.literal('prediction'),
  predictionId: z.string(),
  model: z.string(),
  version: z.int(),
  slot: z.enum(['blue', 'green']),
  at: z.string(),
  /** sha256 of the entity, first 16 hex digits. */
  entity: z.string(),
  /** The parsed row, before encoding: another version with another vocabulary can be asked the same. */
  features: z.record(z.string(), featureValue),
  score: z.number(),
  latencyMs: z.number(),
  /** A default or the unseen category stood in for a value. */
  degraded: z.boolean(),
});
export type PredictionLine = z.output<typeof predictionLineSchema>;

/** One JSON line an outcome. */
export const outcomeLineSchema = z.object({
  event: z.literal('outcome'),
  predictionId: z.string(),
  model: z.string(),
  at: z.string(),
  label: z.union([z.literal(0), z.literal(1)]),
});
export type OutcomeLine = z.output<typeof outcomeLineSchema>;

/** CloudWatch Logs subscription filter pattern that both lines match and EMF and diagnostics do not. */
export const LOG_LINE_PATTERN = '{ $.event = "prediction" || $.event = "outcome" }';

/**
 * `POST /models/{model}/predictions` request: the entity, optionally an id of the caller's for joining the outcome,
 * and the raw features by column name (on-demand features are computed, not sent).
 */
export const predictionRequestSchema = z.strictObject({
  predictionId: z.string().min(1).max(128).optional(),
  entity: z.string().min(1).max(256),
  features: z.record(z.string(), z.unknown()),
});
export type PredictionRequest = z.output<typeof predictionRequestSchema>;
export interface PredictionResponse {
  readonly predictionId: string;
  readonly model: string;
  readonly version: number;
  readonly score: number;
  readonly degraded: boolean;
}

export const outcomeRequestSchema = z.strictObject({
  predictionId: z.string().min(1).max(128),
  label: z.union([z.literal(0), z.literal(1)]),
  at: z.iso.datetime().optional(),
});
export type OutcomeRequest = z.output<typeof outcomeRequestSchema>;

/** `GET /models/{model}` answers this. */
export interface ModelInfo {
  readonly model: string;
  readonly version: number;
  readonly run: string;
  readonly slot: string;
  readonly features: readonly { readonly name: string; readonly kind: string }[];
}

/**
 * Direct invocation of one published version by the release machine (warm-up, smoke test, shadow): scores parsed
 * rows, logs no prediction, emits no slot metric.
 */
export const scoreRequestSchema = z.strictObject({
  kind: z.literal('score'),
  rows: z.array(z.record(z.string(), featureValue)).min(1).max(1000),
});
export type ScoreRequest = z.output<typeof scoreRequestSchema>;
export interface ScoreResponse {
  readonly version: number;
  readonly scores: readonly number[];
}

/** RFC 9457 problem+json. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The field that is wrong and what was expected of it. */
  readonly errors?: readonly { readonly field: string; readonly expected: string; readonly got?: string }[];
}
