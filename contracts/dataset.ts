import { z } from 'zod';

/** `manifest.json` of a dataset version. Names every source object with its VersionId: the dataset can be made again. */
export const datasetManifestSchema = z.strictObject({
  model: z.string(),
  version: z.string().regex(/^ds-\d{8}-[0-9a-f]{12}$/),
  /** sha256 over the canonical content that the version is named after. */
  contentHash: z.string(),
  featureSpecHash: z.string(),
  goldenVersion: z.string(),
  /** ISO 8601, half-open [from, to). */
  window: z.strictObject({ from: z.string(), to: z.string() }),
  splitTime: z.string(),
  rows: z.strictObject({
    read: z.int(),
    train: z.int(),
    validation: z.int(),
    golden: z.int(),
    rejected: z.int(),
    /** Rejected rows by reason, e.g. `amount: out of range`. */
    rejectedBy: z.record(z.string(), z.int()),
  }),
  positives: z.strictObject({ train: z.int(), validation: z.int() }),
  sources: z.array(z.strictObject({ key: z.string(), versionId: z.string(), bytes: z.int() })),
  /** What was noticed and not acted on: empty files, ignored columns, objects of other formats. */
  notes: z.array(z.string()).optional(),
});
export type DatasetManifest = z.output<typeof datasetManifestSchema>;

export const goldenManifestSchema = z.strictObject({
  model: z.string(),
  version: z.string().regex(/^golden-\d{8}-[0-9a-f]{12}$/),
  rows: z.int(),
  positives: z.int(),
  /** Share of entities, by hash, that are golden. It holds for ever, whatever the definition says later. */
  fraction: z.number(),
  window: z.strictObject({ from: z.string(), to: z.string() }),
});
export type GoldenManifest = z.output<typeof goldenManifestSchema>;

const numericBaseline = z.strictObject({
  kind: z.literal('numeric'),
  /**
   * Inner bin edges e1 < … < ek (k ≤ 10): bins are (-∞, e1], (e1, e2], …, (ek, ∞). Deciles of the training rows,
   * duplicates dropped; where the lowest is the minimum itself, an edge just below it comes first. So a feature that
   * was constant at c has the edges just below c and c itself, and a move in either direction leaves the bin.
   */
  edges: z.array(z.number()),
  /** Training rows in each of the edges.length + 1 bins; missing values are not in them. */
  counts: z.array(z.int()),
  nulls: z.int(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});
const categoricalBaseline = z.strictObject({
  kind: z.literal('categorical'),
  /** Rows a category, by value; categories out of the vocabulary are counted in `unseen`. */
  counts: z.record(z.string(), z.int()),
  unseen: z.int(),
  nulls: z.int(),
});
export const featureBaselineSchema = z.discriminatedUnion('kind', [numericBaseline, categoricalBaseline]);
export type FeatureBaseline = z.output<typeof featureBaselineSchema>;
export type NumericBaseline = z.output<typeof numericBaseline>;

/** What the golden set holds of each feature, in the bins of the baseline beside it. */
const goldenProfile = z.strictObject({
  version: z.string(),
  features: z.record(
    z.string(),
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('numeric'), counts: z.array(z.int()) }),
      z.strictObject({
        kind: z.literal('categorical'),
        counts: z.record(z.string(), z.int()),
        unseen: z.int(),
      }),
    ]),
  ),
});
export type GoldenProfile = z.output<typeof goldenProfile>;

/** `baseline.json`. The dataset's has no score profile; evaluation adds that of the model on the validation split. */
export const baselineSchema = z.strictObject({
  datasetVersion: z.string(),
  rows: z.int(),
  features: z.record(z.string(), featureBaselineSchema),
  score: numericBaseline.nullable(),
  /** Of the golden set that the version was evaluated on; drift checks tell when live traffic has left it. */
  golden: goldenProfile.optional(),
});
export type Baseline = z.output<typeof baselineSchema>;
