import { z } from 'zod';
import { hourlyUsd } from './prices.ts';
import { worstCase } from './worst-case.ts';

const hours = z.number().positive();
const instanceType = z.string().regex(/^ml\./, 'must be a SageMaker instance type such as ml.g5.xlarge');

/** Hyperparameters are named as XGBoost names them. */
export const hyperparametersSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

/** Metrics that the trainers print, by the names of their lines; the job's metric definitions look for exactly these. */
export const TRAINING_METRICS = [
  'train-logloss',
  'validation-logloss',
  'validation-auc',
  'train-ndcg',
  'train-ndcg@5',
  'train-ndcg@10',
  'validation-ndcg',
  'validation-ndcg@5',
  'validation-ndcg@10',
] as const;
export type TrainingMetric = (typeof TRAINING_METRICS)[number];
/** Of which less is better. */
export const isLoss = (metric: TrainingMetric): boolean => metric.endsWith('logloss');

const scale = z.enum(['auto', 'linear', 'logarithmic']).default('auto');
const bounds = { min: z.number(), max: z.number(), scale };
export const rangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('continuous'), ...bounds }),
  z.strictObject({ kind: z.literal('integer'), ...bounds, min: z.int(), max: z.int() }),
  z.strictObject({ kind: z.literal('categorical'), values: z.array(z.string().min(1)).min(1).max(30) }),
]);
export type HyperparameterRange = z.output<typeof rangeSchema>;

/** A search for hyperparameters in place of one training job; its best trial is the run's candidate. */
export const tuningSchema = z.strictObject({
  /** Trials at most; each is a training job of up to `maxHours`. */
  maxTrials: z.int().min(2).max(100).default(20),
  /** Trials at a time. Bayesian search learns from finished trials: the fewer at a time, the better it searches. */
  parallel: z.int().min(1).max(10).default(2),
  /** What the search improves, measured on the validation split. */
  metric: z.enum(TRAINING_METRICS).default('validation-auc'),
  /** By hyperparameter; what is named here is not taken from `hyperparameters`. SageMaker takes 30 at most. */
  ranges: z
    .record(z.string().min(1), rangeSchema)
    .refine((r) => Object.keys(r).length > 0 && Object.keys(r).length <= 30, 'must name 1 to 30'),
  /** Stops trials that are worse than the median of those before at the same epoch. */
  earlyStopping: z.boolean().default(true),
  /** With more failed trials than these the search is no basis for a candidate. */
  maxFailedTrials: z.int().nonnegative().default(3),
});
export type Tuning = z.output<typeof tuningSchema>;

/** How a model is trained: on what, with what, and for how much. */
export const trainerSchema = z.strictObject({
  container: z.enum(['xgboost', 'pytorch']).default('xgboost'),
  instanceType: instanceType.default('ml.g5.xlarge'),
  /** Tried in order where AWS, or the account's quota, is short of the instance type. */
  fallbackInstanceTypes: z.array(instanceType).max(5).default([]),
  instanceCount: z.int().min(1).max(16).default(1),
  volumeGb: z.int().min(10).max(16_000).default(50),
  spot: z.boolean().default(true),
  /** Longest a training job may run, in hours. */
  maxHours: hours.default(4),
  /** Longest it may wait for spot capacity and run together, in hours; at least maxHours. */
  maxWaitHours: hours.default(8),
  hyperparameters: hyperparametersSchema.default({}),
  seed: z.int().nonnegative().default(1),
  /** On-demand price of one instance, USD an hour; of the dearest, where there are several types. Null: contracts/prices.ts. */
  hourlyPriceUsd: z.number().positive().nullable().default(null),
  /**
   * What the training of the model may cost in a calendar month (UTC), USD. A run whose worst case exceeds what is left does
   * not train. 200 is about 35 runs of the defaults at their worst (4 h of ml.g5.xlarge are 5.63 USD).
   */
  monthlyBudgetUsd: z.number().positive().default(200),
  /** Null: one job with `hyperparameters`. */
  tuning: tuningSchema.nullable().default(null),
  /** Subnets and security groups of the job's network interfaces. Null: SageMaker's own network. */
  vpc: z
    .strictObject({
      subnetIds: z
        .array(z.string().regex(/^subnet-/, 'must be a subnet id'))
        .min(1)
        .max(16),
      securityGroupIds: z.array(z.string().regex(/^sg-/, 'must be a security group id')).min(1).max(5),
    })
    .nullable()
    .default(null),
  /** The container has no network: packages that the image lacks come as wheels (`npm run training:wheels`). */
  networkIsolation: z.boolean().default(true),
});
export type Trainer = z.output<typeof trainerSchema>;

/** Every instance type that a run may use, in the order in which they are tried. */
export const instanceTypesOf = (trainer: Trainer): string[] => [
  ...new Set([trainer.instanceType, ...trainer.fallbackInstanceTypes]),
];

/** What is wrong with a trainer as a whole: path below `trainer`, and a sentence. */
export function trainerIssues(trainer: Trainer): { path: (string | number)[]; message: string }[] {
  const issues: { path: (string | number)[]; message: string }[] = [];
  if (trainer.maxWaitHours < trainer.maxHours)
    issues.push({ path: ['maxWaitHours'], message: 'must be at least trainer.maxHours' });
  const types = instanceTypesOf(trainer);
  const unpriced = types.filter((type) => hourlyUsd(trainer, type) === undefined);
  for (const type of unpriced)
    issues.push({
      path: ['hourlyPriceUsd'],
      message: `no price of ${type} is known, and the budget needs one: set it`,
    });
  if (unpriced.length === 0) {
    const { usd } = worstCase(trainer, types, true);
    if (usd > trainer.monthlyBudgetUsd)
      issues.push({
        path: ['monthlyBudgetUsd'],
        message: `${trainer.monthlyBudgetUsd} USD never suffice for one training, which may cost up to ${usd.toFixed(2)}: raise it, or ask for less (maxHours, tuning.maxTrials, instance types)`,
      });
  }
  for (const [name, range] of Object.entries(trainer.tuning?.ranges ?? {})) {
    if (range.kind === 'categorical') continue;
    const path = ['tuning', 'ranges', name];
    if (range.min >= range.max)
      issues.push({ path, message: `min ${range.min} must be below max ${range.max}` });
    if (range.scale === 'logarithmic' && range.min <= 0)
      issues.push({ path, message: `a logarithmic range begins above 0, not at ${range.min}` });
  }
  if (trainer.tuning && trainer.tuning.parallel > trainer.tuning.maxTrials)
    issues.push({ path: ['tuning', 'parallel'], message: 'must be at most trainer.tuning.maxTrials' });
  return issues;
}
