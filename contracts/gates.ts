import { z } from 'zod';

const rate = z.number().min(0).max(1);

/** Sets of rows that a candidate is evaluated on. */
export const EVALUATION_SETS = ['golden', 'validation'] as const;
export type EvaluationSet = (typeof EVALUATION_SETS)[number];

/** Metrics of a model that gates may name; the first ten of binary models, the rest of ranking ones. */
export const QUALITY_METRICS = [
  'auc',
  'prAuc',
  'logLoss',
  'brier',
  'calibrationError',
  'accuracy',
  'precision',
  'recall',
  'f1',
  'positiveRate',
  'ndcg',
  'map',
  'coverage',
  'longTailLift',
] as const;
export type QualityMetric = (typeof QUALITY_METRICS)[number];
const OF_RANKING: ReadonlySet<QualityMetric> = new Set(['ndcg', 'map', 'coverage', 'longTailLift']);
/** Metrics of which less is better. */
export const LESS_IS_BETTER: ReadonlySet<QualityMetric> = new Set(['logLoss', 'brier', 'calibrationError']);
const quality = z.enum(QUALITY_METRICS);

/** A feature whose values are groups of rows; a numeric one needs the edges between its groups. */
const grouping = {
  feature: z.string().min(1),
  /** Rising inner edges e1 < … < ek: groups are ≤ e1, (e1, e2], …, > ek. */
  edges: z.array(z.number()).min(1).max(20).optional(),
};

/** A feature by whose values quality is watched: a value that regresses fails the gate, whatever the total does. */
export const sliceSchema = z.strictObject({
  ...grouping,
  metric: z.enum(['auc', 'logLoss', 'brier', 'ndcg']).default('auc'),
  /** A slice may be worse than under the champion by at most this much. */
  tolerance: z.number().min(0).default(0.05),
  /** Smaller slices are reported and not judged: too few rows to tell. */
  minRows: z.int().positive().default(100),
});
export type SliceDefinition = z.output<typeof sliceSchema>;

export const fairnessSchema = z.strictObject({
  /** Protected attributes; each must be a feature. */
  attributes: z.array(z.strictObject(grouping)).min(1),
  /** The decision that people want: to be predicted positive (a loan) or negative (no fraud). */
  favourable: z.enum(['positive', 'negative']).default('positive'),
  /** Smaller groups are reported and not compared. */
  minGroupRows: z.int().positive().default(100),
  /** Smallest over largest selection rate: the four-fifths rule of the EEOC's Uniform Guidelines (29 CFR 1607.4 D). */
  minDisparateImpact: rate.default(0.8),
  /** Largest difference of selection rates; not judged when absent. */
  maxParityDifference: rate.optional(),
  /** Largest difference of true or of false positive rates; not judged when absent. */
  maxOddsDifference: rate.optional(),
});
export type FairnessDefinition = z.output<typeof fairnessSchema>;

/** What a candidate must reach before it is registered. */
export const gatesSchema = z.strictObject({
  /** Fewest golden and validation rows for a comparison to mean something. */
  minRows: z.int().positive().default(500),
  /** The whole confidence interval must lie above. Ranking models have no AUC; they name `floors`. */
  minAuc: z.number().min(0).max(1).default(0.6),
  /**
   * Sets on which quality is judged: the golden set never changes, the validation split is the world as it is now.
   * Where the world moves for good, an old golden set no longer speaks for it.
   */
  judgeOn: z
    .array(z.enum(EVALUATION_SETS))
    .min(1)
    .default([...EVALUATION_SETS]),
  /** Bounds of further metrics, held against the whole confidence interval. */
  floors: z
    .partialRecord(quality, z.strictObject({ min: z.number().optional(), max: z.number().optional() }))
    .default({}),
  /** A candidate may be worse than the champion by at most this much. */
  aucTolerance: z.number().min(0).max(1).default(0.01),
  logLossTolerance: z.number().min(0).default(0.02),
  /** The same of ranking models. */
  ndcgTolerance: z.number().min(0).max(1).default(0.01),
  /** The same for further metrics. */
  notWorseBy: z.partialRecord(quality, z.number().min(0)).default({}),
  /** By how much a candidate must be better than the champion, by metric. Empty: it need not be. */
  betterBy: z.partialRecord(quality, z.number().min(0)).default({}),
  /** Bootstrap resamples behind the intervals of metrics that have no formula for one. */
  resamples: z.int().min(100).max(10_000).default(1000),
  slices: z.array(sliceSchema).default([]),
  /** Absent: fairness is not judged. */
  fairness: fairnessSchema.optional(),
  /** Milliseconds that the 99th of 100 single predictions through the inference handler may take. */
  latencyP99Ms: z.number().positive().default(250),
  /** Size of model.onnx, in MB of 10⁶ bytes: what an inference function loads before its first answer. */
  maxArtifactMb: z.number().positive().default(50),
});
export type GatesDefinition = z.output<typeof gatesSchema>;

interface Known {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
}

interface Issue {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Gates that ask for what a model of this task does not have: path below `gates`, and a sentence. */
export function metricIssues(gates: GatesDefinition, task: 'binary' | 'ranking'): Issue[] {
  const { floors, notWorseBy, betterBy, slices, fairness } = gates;
  const named = [
    ...Object.entries({ floors, notWorseBy, betterBy }).flatMap(([field, by]) =>
      Object.keys(by).map((metric) => ({ metric, path: [field, metric] as (string | number)[] })),
    ),
    ...slices.map(({ metric }, i) => ({ metric, path: ['slices', i, 'metric'] })),
  ];
  const foreign = named.filter(
    ({ metric }) => OF_RANKING.has(metric as QualityMetric) !== (task === 'ranking'),
  );
  const own = QUALITY_METRICS.filter((m) => OF_RANKING.has(m) === (task === 'ranking')).join(', ');
  return [
    ...foreign.map(({ metric, path }) => ({
      path,
      message: `'${metric}' is no metric of ${task} models; theirs are ${own}`,
    })),
    ...(task === 'ranking' && fairness
      ? [{ path: ['fairness'], message: 'is judged on decisions, which ranking models do not make' }]
      : []),
  ];
}

/** What is wrong with the groups that gates name: path below `gates`, and a sentence. */
export function groupIssues({ slices, fairness }: GatesDefinition, features: readonly Known[]): Issue[] {
  const named = [
    ...slices.map((s, i) => ({ ...s, path: ['slices', i] as (string | number)[] })),
    ...(fairness?.attributes ?? []).map((a, i) => ({ ...a, path: ['fairness', 'attributes', i] })),
  ];
  return named.flatMap(({ feature, edges, path }) => {
    const known = features.find((f) => f.name === feature);
    if (!known) return [{ path, message: `'${feature}' is not a feature` }];
    if (known.kind === 'numeric' && !edges)
      return [{ path, message: `'${feature}' is numeric: name the edges between its groups` }];
    if (known.kind === 'categorical' && edges)
      return [{ path, message: `'${feature}' is categorical: its groups are its values, not edges` }];
    if (edges?.some((e, i) => i > 0 && e <= edges[i - 1]!)) return [{ path, message: 'edges must rise' }];
    return [];
  });
}
