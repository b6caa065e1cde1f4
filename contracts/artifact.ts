import { z } from 'zod';
import { MODEL_INPUT, MODEL_OUTPUT } from './boundary.ts';

export { MODEL_INPUT, MODEL_OUTPUT };

/** `signature.json`: what the vector means. Frozen with the dataset, copied unchanged into the artifact. */
export const signatureSchema = z.strictObject({
  model: z.string(),
  /** sha256 of the feature spec this was frozen from. */
  featureSpecHash: z.string(),
  features: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ name: z.string(), kind: z.literal('numeric') }),
      /** The code of a category is its index in `vocabulary`. */
      z.strictObject({ name: z.string(), kind: z.literal('categorical'), vocabulary: z.array(z.string()) }),
    ]),
  ),
  input: z.literal(MODEL_INPUT),
  output: z.literal(MODEL_OUTPUT),
});
export type Signature = z.output<typeof signatureSchema>;

/** `metrics.json` of the artifact. */
export const trainingMetricsSchema = z.object({
  epochs: z.array(z.object({ epoch: z.int(), metrics: z.record(z.string(), z.number()) })),
  final: z.record(z.string(), z.number()),
  bestEpoch: z.int().nullable(),
});
export type TrainingMetrics = z.output<typeof trainingMetricsSchema>;

/** `environment.json` of the artifact. */
export const environmentSchema = z.object({
  container: z.string(),
  packages: z.record(z.string(), z.string()),
  seed: z.int(),
  hyperparameters: z.record(z.string(), z.string()),
  /** What it was trained on: `cpu` or `cuda`. */
  device: z.string().optional(),
});
export type Environment = z.output<typeof environmentSchema>;

/** Files that a training container writes to `/opt/ml/model`, and that `model.tar.gz` must hold. */
export const TRAINED_FILES = ['model.onnx', 'signature.json', 'metrics.json', 'environment.json'] as const;
/** Files of a sealed version. */
export const SEALED_FILES = [
  ...TRAINED_FILES,
  'baseline.json',
  'golden-scores.json',
  'card.json',
  'card.md',
] as const;
export type SealedFile = (typeof SEALED_FILES)[number];

/** One object, pinned: key, S3 VersionId and sha256 (lower-case hex) of its bytes. */
export const pinnedObjectSchema = z.strictObject({
  key: z.string(),
  versionId: z.string(),
  sha256: z.string().length(64),
});
export type PinnedObject = z.output<typeof pinnedObjectSchema>;
export const artifactFilesSchema = z.record(z.string(), pinnedObjectSchema);
export type ArtifactFiles = Record<string, PinnedObject>;

/**
 * `golden-scores.json`: what the candidate said of golden rows when it was evaluated. The smoke test of a release
 * asks the published version again, and the answers must be equal.
 */
export const goldenScoresSchema = z.strictObject({
  goldenVersion: z.string(),
  rows: z.array(
    z.strictObject({
      features: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
      score: z.number(),
    }),
  ),
});
export type GoldenScores = z.output<typeof goldenScoresSchema>;
/** Golden rows that the smoke test asks. */
export const SMOKE_ROWS = 100;
/** Largest difference of a smoke score from the recorded one: same library, same file, so float32 rounding only. */
export const SMOKE_TOLERANCE = 1e-6;
