import { z } from 'zod';
import { artifactFilesSchema, trainingMetricsSchema } from './artifact.ts';

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();

/**
 * Everything that an evaluated run was made from and by, kept in its RUN item. What could not be known is null, and
 * `unknown` says why by the field's name.
 */
export const lineageSchema = z.object({
  /** Git commit of the deployed code. */
  commit: z.string(),
  /** Whether the working tree had nothing uncommitted when it was synthesised. */
  clean: nullable(z.boolean()),
  dataset: z.object({
    version: z.string(),
    /** sha256 of `manifest.json`, which names every source object with its VersionId. */
    manifestSha256: z.string(),
    featureSpecHash: z.string(),
  }),
  goldenVersion: z.string(),
  hyperparameters: z.record(z.string(), z.string()),
  seed: z.int(),
  container: z.object({
    name: z.string(),
    /** URI as the training job was given it. */
    image: nullable(z.string()),
    digest: nullable(z.string()),
  }),
  /** s3:// URI of the training program; its name is a hash of its content. */
  source: nullable(z.string()),
  packages: z.record(z.string(), z.string()),
  metrics: trainingMetricsSchema,
  job: z.object({
    /** Name of the SageMaker training job. */
    name: nullable(z.string()),
    instanceType: nullable(z.string()),
    instanceCount: nullable(z.int()),
    spot: nullable(z.boolean()),
    /** s3:// URI of `model.tar.gz`. */
    modelData: z.string(),
    seconds: nullable(z.number()),
    billableSeconds: nullable(z.number()),
    /** Billed seconds at the on-demand price, USD. */
    costUsd: nullable(z.number()),
  }),
  startedAt: z.string(),
  evaluatedAt: z.string(),
  /** From the start of the run to the end of its evaluation. */
  seconds: z.number(),
  by: z.string(),
  reason: z.string(),
  /** What evaluation unpacked and wrote, whether it was sealed afterwards or not. */
  files: artifactFilesSchema,
  unknown: z.record(z.string(), z.string()),
});
export type Lineage = z.output<typeof lineageSchema>;

/** One file of a run that was repeated. */
export const comparedFileSchema = z.object({
  file: z.string(),
  recorded: z.string().nullable(),
  now: z.string().nullable(),
  equal: z.boolean(),
});
/** What repeating a run from its recorded inputs gave. */
export const reproductionSchema = z.object({
  /** The run that was repeated. */
  of: z.string(),
  /** `model.onnx` has the recorded sha256. */
  equal: z.boolean(),
  files: z.array(comparedFileSchema),
  /** Inputs that could not be the recorded ones, e.g. another training program is deployed. */
  differences: z.array(z.string()),
});
export type Reproduction = z.output<typeof reproductionSchema>;
