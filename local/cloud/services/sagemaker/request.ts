import { z } from 'zod';
import { AwsError } from '../../types.ts';

const text = z.string();
const s3Uri = text.regex(/^s3:\/\/[^/]+(\/.*)?$/, 'must be an S3 URI such as s3://bucket/prefix');

const channel = z.strictObject({
  ChannelName: text.regex(/^[A-Za-z0-9.\-_]{1,64}$/),
  InputMode: z.literal('File').optional(),
  ContentType: text.optional(),
  CompressionType: z.literal('None').optional(),
  RecordWrapperType: z.literal('None').optional(),
  DataSource: z.strictObject({
    S3DataSource: z.strictObject({
      S3DataType: z.literal('S3Prefix'),
      S3DataDistributionType: z.literal('FullyReplicated').optional(),
      S3Uri: s3Uri,
    }),
  }),
});

/** `CreateTrainingJob` as this cloud takes it: what it does not know is an error that names the field. */
export const createTrainingJob = z
  .strictObject({
    TrainingJobName: text.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/),
    RoleArn: text,
    AlgorithmSpecification: z.strictObject({
      TrainingImage: text,
      TrainingInputMode: z.literal('File'),
      /** The command of the rehearsal runs in its place, as it does in place of the image. */
      ContainerEntrypoint: z.array(text.max(256)).min(1).max(100).optional(),
      MetricDefinitions: z
        .array(z.strictObject({ Name: text, Regex: text }))
        .max(40)
        .default([]),
      EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
    }),
    HyperParameters: z.record(text, text).default({}),
    InputDataConfig: z.array(channel).max(20).default([]),
    OutputDataConfig: z.strictObject({ S3OutputPath: s3Uri, KmsKeyId: text.optional() }),
    ResourceConfig: z.strictObject({
      InstanceType: text.regex(/^ml\./),
      InstanceCount: z.int().positive(),
      VolumeSizeInGB: z.int().positive(),
      VolumeKmsKeyId: text.optional(),
    }),
    StoppingCondition: z.strictObject({
      MaxRuntimeInSeconds: z.int().positive(),
      MaxWaitTimeInSeconds: z.int().positive().optional(),
    }),
    EnableManagedSpotTraining: z.boolean().default(false),
    CheckpointConfig: z.strictObject({ S3Uri: s3Uri, LocalPath: text.optional() }).optional(),
    /** Taken, and not looked at: there is no network here. */
    VpcConfig: z
      .strictObject({ Subnets: z.array(text).min(1).max(16), SecurityGroupIds: z.array(text).min(1).max(5) })
      .optional(),
    EnableNetworkIsolation: z.boolean().default(false),
    EnableInterContainerTrafficEncryption: z.boolean().optional(),
    Environment: z.record(text, text).optional(),
    RetryStrategy: z.strictObject({ MaximumRetryAttempts: z.int().positive() }).optional(),
    Tags: z.array(z.strictObject({ Key: text, Value: text })).default([]),
  })
  .superRefine((r, ctx) => {
    const bad = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    const { MaxRuntimeInSeconds: run, MaxWaitTimeInSeconds: wait } = r.StoppingCondition;
    if (r.EnableManagedSpotTraining && (wait === undefined || wait < run))
      bad(['StoppingCondition', 'MaxWaitTimeInSeconds'], `must be at least MaxRuntimeInSeconds (${run})`);
    if (!r.EnableManagedSpotTraining && wait !== undefined)
      bad(['StoppingCondition', 'MaxWaitTimeInSeconds'], 'needs EnableManagedSpotTraining');
    if (r.ResourceConfig.VolumeKmsKeyId && LOCAL_STORAGE.test(r.ResourceConfig.InstanceType))
      bad(
        ['ResourceConfig', 'VolumeKmsKeyId'],
        `is not allowed for ${r.ResourceConfig.InstanceType}, whose local storage has its own encryption`,
      );
    const names = r.InputDataConfig.map((c) => c.ChannelName);
    if (new Set(names).size < names.length) bad(['InputDataConfig'], 'names a channel twice');
  });
export type TrainingRequest = z.output<typeof createTrainingJob>;

/** Families with instance storage, which SageMaker encrypts by itself ("CreateTrainingJob", VolumeKmsKeyId). */
const LOCAL_STORAGE =
  /^ml\.(c5d|c6id|g4dn|g5|g6|g6e|m5d|m6id|p3dn|p4d|p4de|p5|p5e|p5en|r5d|r6id|trn1|trn1n|trn2)\./;

/** @throws AwsError ValidationException naming every field that is wrong or unknown */
export function parseRequest(input: unknown): TrainingRequest {
  const parsed = createTrainingJob.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `${i.path.join('.') || '(root)'}: ${i.message}`);
  throw new AwsError('ValidationException', issues.join('; '));
}

export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
}
export function parseS3Uri(uri: string): S3Location {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri)!;
  return { bucket: bucket!, prefix: prefix! };
}
