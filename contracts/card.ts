import { z } from 'zod';
import { environmentSchema } from './artifact.ts';
import { datasetManifestSchema } from './dataset.ts';
import { lineageSchema } from './lineage.ts';
import { metricsSchema } from './steps.ts';

const sentence = z.string().trim().min(1);
const sentences = z.array(sentence).min(1);

/** Results of one value of a slice feature, or of one group of a protected attribute. */
export const cardSliceSchema = z.object({
  feature: z.string(),
  value: z.string(),
  rows: z.int(),
  metrics: metricsSchema,
  /** Why a metric is null, by its name. */
  unknown: z.record(z.string(), sentence).default({}),
});
/** What was found on one protected attribute; what cannot be computed is null. */
export const cardFairnessSchema = z.object({
  attribute: z.string(),
  groups: z.array(
    z.object({
      value: z.string(),
      rows: z.int(),
      selectionRate: z.number().nullable(),
      /** False for a group below the least size, and for what is missing or unseen. */
      compared: z.boolean(),
    }),
  ),
  disparateImpact: z.number().nullable(),
  demographicParityDifference: z.number().nullable(),
  equalisedOddsDifference: z.number().nullable(),
  /** What was decided, and why; why a number is missing. */
  verdict: sentence,
});
export const cardGateSchema = z.looseObject({ gate: z.string(), passed: z.boolean(), detail: z.string() });

/** Results, or why there are none. */
const resultsOrReason = <T extends z.ZodType>(result: T) =>
  z
    .object({ results: z.array(result), reason: z.string().nullable() })
    .refine(
      (r) => r.results.length > 0 || !!r.reason,
      'holds neither results nor a reason why there are none',
    );

const manifest = datasetManifestSchema.shape;
const card = {
  model: sentence,
  run: sentence,
  task: sentence,
  description: sentence,
  intendedUse: sentence,
  limits: sentences,
  prohibitedUses: sentences,
  entity: z.string(),
  label: z.object({ column: z.string(), positive: z.union([z.string(), z.number()]) }),
  features: z.array(z.object({ name: z.string(), kind: z.string() })).min(1),
  protectedAttributes: z.array(z.string()),
  data: z.object({
    version: manifest.version,
    goldenVersion: z.string(),
    featureSpecHash: z.string(),
    window: manifest.window,
    splitTime: manifest.splitTime,
    rows: manifest.rows,
    positives: manifest.positives,
    sources: z.int(),
    /** What the data lacks: days without files, rejected rows, what was noticed when it was frozen. */
    gaps: z.array(z.string()),
  }),
  training: environmentSchema.extend({
    final: z.record(z.string(), z.number()),
    bestEpoch: z.int().nullable(),
  }),
  /** Flat, as evaluation names them. */
  metrics: metricsSchema,
  /** Why a metric is null, by its name. */
  unknown: z.record(z.string(), sentence).default({}),
  slices: resultsOrReason(cardSliceSchema),
  fairness: resultsOrReason(cardFairnessSchema),
  gates: z.array(cardGateSchema).min(1),
  champion: z.int().nullable(),
};

/** What evaluation knows of a model: the card without number and lineage. Says nothing of completeness. */
export const cardDraftSchema = z.object({
  ...card,
  intendedUse: z.string(),
  limits: z.array(z.string()),
  prohibitedUses: z.array(z.string()),
});
export type CardDraft = z.output<typeof cardDraftSchema>;

/** `card.json` of a registered version. Generated at registration and complete: what fails this is not registered. */
export const modelCardSchema = z.object({
  ...card,
  version: z.int().positive(),
  lineage: lineageSchema.omit({ files: true, metrics: true }),
});
export type ModelCard = z.output<typeof modelCardSchema>;

/** Metrics of a card that are null without a reason. */
export function unexplained({ metrics, unknown, slices }: CardDraft | ModelCard): string[] {
  const nulls = (of: { metrics: CardDraft['metrics']; unknown: Record<string, string> }) =>
    Object.keys(of.metrics).filter((name) => of.metrics[name] === null && !of.unknown[name]);
  return [
    ...nulls({ metrics, unknown }),
    ...slices.results.flatMap((s) => nulls(s).map((name) => `${s.feature} = ${s.value}, ${name}`)),
  ];
}
