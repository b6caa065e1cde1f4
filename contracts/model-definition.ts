import { z } from 'zod';
import { gatesSchema, groupIssues, metricIssues } from './gates.ts';
import { trainerIssues, trainerSchema } from './trainer.ts';

/** A percentage of traffic, 1 to 100. */
const percent = z.int().min(1).max(100);
const minutes = z.number().positive();
const hours = z.number().positive();
const rate = z.number().min(0).max(1);

const nullPolicy = z
  .union([
    z.literal('missing'),
    z.literal('reject'),
    z.object({ default: z.union([z.number(), z.string()]) }),
  ])
  .default('missing')
  .describe('What a missing value becomes: NaN for the model, a rejected row, or a default');

/** Raw column with the time at which the value became known; checked against the label's, where both have one. */
const knownAt = z.string().min(1).optional();

const numericFeature = z.strictObject({
  name: z.string().min(1),
  kind: z.literal('numeric'),
  /** Inclusive allowed range; a value outside is rejected in training and a 400 in the API. */
  min: z.number().optional(),
  max: z.number().optional(),
  onNull: nullPolicy,
  /** The value is not read from the record but computed by `features.ts` under this name. */
  onDemand: z.boolean().default(false),
  knownAt,
});

const categoricalFeature = z.strictObject({
  name: z.string().min(1),
  kind: z.literal('categorical'),
  /** Most frequent categories kept in the vocabulary; rarer ones are the unseen category. */
  maxCategories: z.int().min(2).max(1000).default(100),
  onNull: nullPolicy,
  onDemand: z.boolean().default(false),
  knownAt,
});

export const featureSchema = z.discriminatedUnion('kind', [numericFeature, categoricalFeature]);

/** Length of the list that a ranking model shows where the definition does not say: a page of results. */
export const DEFAULT_K = 10;

/** AWS cron or rate expression, as EventBridge Scheduler takes it. */
const scheduleExpression = z.string().regex(/^(cron|rate)\(.+\)$/, 'must be cron(...) or rate(...)');

/**
 * Everything the platform knows of one model: plain data, one file a model (`models/<name>/model.ts`).
 * Every threshold is here, per model, with the seeds of practice as defaults.
 */
export const modelDefinitionSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be kebab-case, 2 to 31 characters'),
    description: z.string().min(1),
    task: z.enum(['binary', 'ranking']),
    /** Column that identifies who or what is predicted about; hashed before it is logged. */
    entity: z.string().min(1),
    /** Column with the time of the event, ISO 8601 or epoch milliseconds. */
    eventTime: z.string().min(1),
    /** Column with the ground truth and, for a text label, the value that counts as 1. */
    label: z.strictObject({
      column: z.string().min(1),
      positive: z.union([z.string(), z.number()]).default(1),
      /** Raw column with the time at which the truth became known. A feature that is known only later gives it away. */
      knownAt: z.string().min(1).optional(),
    }),
    features: z.array(featureSchema).min(1).max(500),
    /** Raw columns that on-demand features read and that are not features themselves; requests send them too. */
    inputs: z.array(z.string().min(1)).default([]),
    /** How scores become decisions: a row is predicted positive from this score on. */
    decision: z.strictObject({ threshold: rate.default(0.5) }).prefault({}),
    /** Of ranking models: the feature that names the item, and the length of the list that is shown. */
    ranking: z.strictObject({ item: z.string().min(1), k: z.int().positive().default(DEFAULT_K) }).optional(),
    protectedAttributes: z.array(z.string()).default([]),
    /** What the model card says and no measurement tells. A run of a model that leaves it empty does not start. */
    card: z
      .strictObject({
        intendedUse: z.string().default(''),
        /** Where the model is known to be weak or unproven. */
        limits: z.array(z.string().min(1)).default([]),
        prohibitedUses: z.array(z.string().min(1)).default([]),
      })
      .prefault({}),
    data: z
      .strictObject({
        /** Length of the rolling window that a dataset version is frozen from, in days. */
        windowDays: z.int().positive().default(90),
        /** Share of the window, by event time, that is trained on; the later rest validates. */
        trainFraction: z.number().gt(0).lt(1).default(0.85),
        /** Fewest accepted rows a dataset may have. */
        minRows: z.int().positive().default(1000),
        /** Share of rejected rows above which nothing is trained. */
        maxRejectRate: rate.default(0.05),
        /** Share of nulls in any one feature above which nothing is trained. Per-feature overrides by name. */
        maxNullRate: rate.default(0.5),
        maxNullRateOf: z.record(z.string(), rate).default({}),
        /** Smallest share of either class among the accepted rows. */
        minClassShare: z.number().min(0).max(0.5).default(0.001),
        /** AUC that one feature alone may reach on the label, in either direction; from here on it is the label leaking. */
        maxFeatureAuc: z.number().gt(0.5).max(1).default(0.95),
        /** Text that means missing in raw files, beside the empty string. */
        nullValues: z.array(z.string()).default([]),
        /** Delimiter of raw CSV files. */
        delimiter: z.string().length(1).default(','),
      })
      .prefault({}),
    golden: z
      .strictObject({
        /** Share of entities, chosen by hash, whose rows are set aside for ever when the golden set is frozen. */
        fraction: z.number().gt(0).max(0.5).default(0.05),
        /** Fewest rows a class may have. */
        minRowsPerClass: z.int().positive().default(200),
        /** PSI of any feature between golden set and live traffic above which the golden set is stale. */
        maxPsi: z.number().positive().default(0.2),
      })
      .prefault({}),
    schedule: z
      .strictObject({
        retrain: scheduleExpression.default('cron(0 6 ? * WED *)'),
        driftCheck: scheduleExpression.default('cron(0 8 * * ? *)'),
        timeZone: z.string().default('UTC'),
      })
      .prefault({}),
    trainer: trainerSchema.prefault({}),
    gates: gatesSchema.prefault({}),
    release: z
      .strictObject({
        /** Shares of traffic, in order; the last is 100. */
        steps: z.array(percent).min(1).max(10).default([10, 50, 100]),
        /** Wait at each weight while alarms and the judge watch, in minutes. */
        bakeMinutes: minutes.default(30),
        /** Time after a shift during which alarms do not count, in minutes. */
        burnInMinutes: z.number().nonnegative().default(0),
        /** Minutes of live traffic replayed to the candidate before it gets any; 0 skips the shadow. */
        shadowMinutes: z.number().nonnegative().default(15),
        /** Fewest predictions the candidate must have answered at a step for the judge to proceed. */
        minSamples: z.int().positive().default(100),
        /** Times the judge may hold at one step before the release ends without promotion. */
        maxHolds: z.int().nonnegative().default(4),
        /** Largest PSI between the candidate's and the champion's live scores at a step. */
        maxScorePsi: z.number().positive().default(0.5),
        approval: z.enum(['none', 'manual']).default('none'),
        /** What starts a release: every registration, a schedule that takes the newest registered version, or a person. */
        start: z
          .union([
            z.literal('on-registration'),
            z.literal('manual'),
            z.strictObject({ schedule: scheduleExpression }),
          ])
          .default('on-registration'),
        /** Hours after promotion during which alarms still bring the previous version back. */
        rollbackWindowHours: hours.default(24),
      })
      .prefault({}),
    drift: z
      .strictObject({
        /** PSI above which a feature has drifted. */
        psi: z.number().positive().default(0.2),
        /** Share of false alarms among the features found drifted (Benjamini-Hochberg); 1 asks for no significance. */
        falseDiscoveryRate: rate.default(0.05),
        scorePsi: z.number().positive().default(0.2),
        /** Rise of a feature's null rate over its baseline that counts as drift. */
        nullRateRise: rate.default(0.05),
        /** Share of values outside the baseline's range that counts as drift. */
        outOfRange: rate.default(0.05),
        /** Hours of predictions that one check looks at. */
        windowHours: hours.default(24),
        minRows: z.int().positive().default(300),
        /** Features that follow the clock (hour, weekday): a day's window never looks like the baseline's weeks. */
        exclude: z.array(z.string()).default([]),
        /** Consecutive drifted checks before a retrain is asked for. */
        patience: z.int().positive().default(3),
        /** Hours after the last retrain during which drift asks for none. */
        cooldownHours: hours.default(72),
      })
      .prefault({}),
    alarms: z
      .strictObject({
        /** Share of failed predictions, per slot. */
        errorRate: rate.default(0.02),
        /** p99 latency, per slot, in milliseconds. */
        p99Ms: z.number().positive().default(500),
        /** Minutes that must breach. */
        minutes: z.int().min(1).max(60).default(5),
      })
      .prefault({}),
    serving: z
      .strictObject({
        memoryMb: z.int().min(512).max(10_240).default(1769),
        timeoutSeconds: z.int().min(1).max(29).default(10),
        reservedConcurrency: z.int().positive().default(50),
        /** API throttling in requests per second and burst. */
        rateLimit: z.number().positive().default(500),
        burstLimit: z.int().positive().default(200),
      })
      .prefault({}),
    retention: z
      .strictObject({
        /** Log retention in days; the EU AI Act's Article 19 asks six months at least. */
        logDays: z.int().positive().default(180),
        predictionDays: z.int().positive().default(365),
        /** Days after which a registered version that was never released is archived. */
        unreleasedDays: z.int().positive().default(30),
        /** Days for which a champion that was followed stays warm and can be released again. */
        warmDays: z.int().positive().default(14),
      })
      .prefault({}),
  })
  .superRefine((d, ctx) => {
    const names = d.features.map((f) => f.name);
    const bad = (path: (string | number)[], message: string) =>
      ctx.addIssue({ code: 'custom', path, message });
    const twice = names.find((n, i) => names.indexOf(n) !== i);
    if (twice) bad(['features'], `feature '${twice}' is listed twice`);
    for (const reserved of [d.label.column]) {
      if (names.includes(reserved)) bad(['features'], `the label '${reserved}' cannot be a feature`);
    }
    d.release.steps.forEach((s, i) => {
      if (i > 0 && s <= d.release.steps[i - 1]!) bad(['release', 'steps', i], 'steps must rise');
    });
    for (const [i, name] of d.drift.exclude.entries())
      if (!names.includes(name)) bad(['drift', 'exclude', i], `'${name}' is not a feature`);
    if (d.release.steps.at(-1) !== 100) bad(['release', 'steps'], 'the last step must be 100');
    for (const { path, message } of [...groupIssues(d.gates, d.features), ...metricIssues(d.gates, d.task)])
      bad(['gates', ...path], message);
    if (d.ranking && !names.includes(d.ranking.item))
      bad(['ranking', 'item'], `'${d.ranking.item}' is not a feature`);
    for (const { path, message } of trainerIssues(d.trainer)) bad(['trainer', ...path], message);
    for (const f of d.features) {
      if (f.kind === 'numeric' && f.min !== undefined && f.max !== undefined && f.min > f.max)
        bad(['features', names.indexOf(f.name), 'min'], `min ${f.min} is above max ${f.max}`);
    }
  });

export type ModelDefinition = z.output<typeof modelDefinitionSchema>;
export type ModelDefinitionInput = z.input<typeof modelDefinitionSchema>;
export type Feature = ModelDefinition['features'][number];

/** The definition names an invalid field; `message` lists every one of them. */
export class InvalidModelDefinition extends Error {
  override readonly name = 'InvalidModelDefinition';
}

/**
 * Validates a model definition and fills in the defaults.
 * @throws InvalidModelDefinition naming the model and every invalid field
 */
export function defineModel(input: ModelDefinitionInput): ModelDefinition {
  const parsed = modelDefinitionSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `  ${i.path.join('.') || '(root)'}: ${i.message}`);
  throw new InvalidModelDefinition(`model '${input?.name ?? '?'}' is not valid:\n${issues.join('\n')}`);
}
