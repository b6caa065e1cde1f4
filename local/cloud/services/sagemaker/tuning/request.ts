import { z } from 'zod';
import { AwsError } from '../../../types.ts';
import { createTrainingJob } from '../request.ts';

const text = z.string();
const number = text.refine((t) => Number.isFinite(Number(t)) && t.trim() !== '', 'must be a number as text');
const range = z.strictObject({
  Name: text,
  MinValue: number,
  MaxValue: number,
  ScalingType: z.enum(['Auto', 'Linear', 'Logarithmic']).default('Auto'),
});
const categorical = z.strictObject({ Name: text, Values: z.array(text).min(1).max(30) });
export type NumericRange = z.output<typeof range>;

const job = createTrainingJob.shape;
/** What all trials have alike: a training job without a name, an entry point and what is searched. */
const definition = z.strictObject({
  AlgorithmSpecification: job.AlgorithmSpecification.omit({ ContainerEntrypoint: true }).strict(),
  RoleArn: text,
  StaticHyperParameters: z.record(text, text).default({}),
  InputDataConfig: job.InputDataConfig,
  OutputDataConfig: job.OutputDataConfig,
  ResourceConfig: job.ResourceConfig,
  StoppingCondition: job.StoppingCondition,
  VpcConfig: job.VpcConfig,
  CheckpointConfig: job.CheckpointConfig,
  EnableManagedSpotTraining: job.EnableManagedSpotTraining,
  EnableNetworkIsolation: job.EnableNetworkIsolation,
  EnableInterContainerTrafficEncryption: job.EnableInterContainerTrafficEncryption,
  Environment: job.Environment,
});

/** `CreateHyperParameterTuningJob` as this cloud takes it: what it does not know is an error that names the field. */
const createTuningJob = z
  .strictObject({
    /** Shorter than a training job's: trials add to it. */
    HyperParameterTuningJobName: text.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/),
    HyperParameterTuningJobConfig: z.strictObject({
      Strategy: z.enum(['Bayesian', 'Random']),
      HyperParameterTuningJobObjective: z.strictObject({
        Type: z.enum(['Minimize', 'Maximize']),
        MetricName: text,
      }),
      ResourceLimits: z.strictObject({
        MaxNumberOfTrainingJobs: z.int().min(1).max(500),
        MaxParallelTrainingJobs: z.int().min(1).max(100),
      }),
      ParameterRanges: z.strictObject({
        ContinuousParameterRanges: z.array(range).default([]),
        IntegerParameterRanges: z.array(range).default([]),
        CategoricalParameterRanges: z.array(categorical).default([]),
      }),
      TrainingJobEarlyStoppingType: z.enum(['Off', 'Auto']).default('Off'),
      RandomSeed: z.int().nonnegative().optional(),
    }),
    TrainingJobDefinition: definition,
    Tags: z.array(z.strictObject({ Key: text, Value: text })).default([]),
  })
  .superRefine(({ HyperParameterTuningJobConfig: config, TrainingJobDefinition: trials }, ctx) => {
    const bad = (path: string[], message: string) =>
      ctx.addIssue({ code: 'custom', path: ['HyperParameterTuningJobConfig', ...path], message });
    const { ParameterRanges: ranges, HyperParameterTuningJobObjective: objective } = config;
    const metrics = trials.AlgorithmSpecification.MetricDefinitions.map((m) => m.Name);
    if (!metrics.includes(objective.MetricName))
      bad(
        ['HyperParameterTuningJobObjective', 'MetricName'],
        `'${objective.MetricName}' is none of the metric definitions: ${metrics.join(', ')}`,
      );
    const numeric = [...ranges.ContinuousParameterRanges, ...ranges.IntegerParameterRanges];
    for (const { Name, MinValue, MaxValue, ScalingType } of numeric) {
      if (Number(MinValue) > Number(MaxValue))
        bad(['ParameterRanges', Name], `MinValue ${MinValue} is above MaxValue ${MaxValue}`);
      if (ScalingType === 'Logarithmic' && Number(MinValue) <= 0)
        bad(['ParameterRanges', Name], `a logarithmic range begins above 0, not at ${MinValue}`);
    }
    const names = [...numeric, ...ranges.CategoricalParameterRanges].map((r) => r.Name);
    if (names.length === 0) bad(['ParameterRanges'], 'names nothing to search');
    for (const name of names.filter((n) => n in trials.StaticHyperParameters))
      bad(['ParameterRanges', name], 'is among the static hyperparameters too');
  });
export type TuningRequest = z.output<typeof createTuningJob>;

/** @throws AwsError ValidationException naming every field that is wrong or unknown */
export function parseTuningRequest(input: unknown): TuningRequest {
  const parsed = createTuningJob.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `${i.path.join('.') || '(root)'}: ${i.message}`);
  throw new AwsError('ValidationException', issues.join('; '));
}
