import { z } from 'zod';
import { type Cloud, NotSupportedLocally, type ResourceType } from '../../types.ts';
import { arnOf, bool, num, tags } from '../common.ts';
import type { Processing } from './process.ts';

export interface DeliveryStream {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly gzip: boolean;
  readonly extension: string;
  /** Key that objects are encrypted with, if not the bucket's. */
  readonly kmsKey: string | undefined;
  readonly bufferMs: number;
  readonly bufferBytes: number;
  readonly processing: Processing;
  /** Where errors of delivery are written. */
  readonly errorLog: { readonly logGroupName: string; readonly logStreamName: string } | undefined;
}

const MiB = 1_048_576;

const logging = z.strictObject({
  Enabled: bool.optional(),
  LogGroupName: z.string().optional(),
  LogStreamName: z.string().optional(),
});
const processor = z.strictObject({
  Type: z.string(),
  Parameters: z.array(z.strictObject({ ParameterName: z.string(), ParameterValue: z.string() })).optional(),
});
const destination = z.strictObject({
  BucketARN: z.string(),
  RoleARN: z.string(),
  Prefix: z.string().optional(),
  ErrorOutputPrefix: z.string().optional(),
  BufferingHints: z.strictObject({ IntervalInSeconds: num.optional(), SizeInMBs: num.optional() }).optional(),
  CompressionFormat: z.enum(['UNCOMPRESSED', 'GZIP']).optional(),
  FileExtension: z.string().optional(),
  CustomTimeZone: z.literal('UTC').optional(),
  EncryptionConfiguration: z
    .strictObject({
      KMSEncryptionConfig: z.strictObject({ AWSKMSKeyARN: z.string() }).optional(),
      NoEncryptionConfig: z.string().optional(),
    })
    .optional(),
  CloudWatchLoggingOptions: logging.optional(),
  ProcessingConfiguration: z
    .strictObject({ Enabled: bool.optional(), Processors: z.array(processor).optional() })
    .optional(),
  DynamicPartitioningConfiguration: z.strictObject({ Enabled: z.literal([false, 'false']) }).optional(),
  S3BackupMode: z.literal('Disabled').optional(),
});
const schema = z.strictObject({
  DeliveryStreamName: z.string().optional(),
  DeliveryStreamType: z.literal('DirectPut').optional(),
  DeliveryStreamEncryptionConfigurationInput: z
    .strictObject({ KeyType: z.string(), KeyARN: z.string().optional() })
    .optional(),
  ExtendedS3DestinationConfiguration: destination,
  Tags: tags.optional(),
});

/** @throws NotSupportedLocally for processors and parameters beside the three that are implemented */
export function processingOf(processors: readonly z.output<typeof processor>[]): Processing {
  let processing: Processing = { decompress: false, extractMessages: false, delimiter: '' };
  for (const { Type, Parameters = [] } of processors) {
    const parameters = new Map(Parameters.map((p) => [p.ParameterName, p.ParameterValue]));
    const value = (name: string, fallback: string) => {
      const found = parameters.get(name) ?? fallback;
      parameters.delete(name);
      return found;
    };
    if (Type === 'Decompression' && value('CompressionFormat', 'GZIP') === 'GZIP') {
      processing = { ...processing, decompress: true };
    } else if (Type === 'CloudWatchLogProcessing') {
      processing = { ...processing, extractMessages: value('DataMessageExtraction', 'false') === 'true' };
    } else if (Type === 'AppendDelimiterToRecord') {
      // Templates write the delimiter escaped.
      processing = { ...processing, delimiter: value('Delimiter', '\\n').replaceAll('\\n', '\n') };
    } else throw new NotSupportedLocally(`Firehose processor ${Type}`);
    const [unknown] = parameters.keys();
    if (unknown !== undefined)
      throw new NotSupportedLocally(`Firehose processor parameter ${Type}.${unknown}`);
  }
  return processing;
}

export function streamType(add: (cloud: Cloud, stream: DeliveryStream) => void): ResourceType {
  return {
    type: 'AWS::KinesisFirehose::DeliveryStream',
    schema,
    inert: {
      DeliveryStreamEncryptionConfigurationInput: 'nothing is encrypted here',
      Tags: 'no tag-based access here',
    },
    create: (p: z.output<typeof schema>, placement, cloud) => {
      const name = p.DeliveryStreamName ?? placement.physicalName(64);
      const arn = arnOf(cloud, 'firehose', `deliverystream/${name}`);
      const to = p.ExtendedS3DestinationConfiguration;
      const gzip = to.CompressionFormat === 'GZIP';
      const log = to.CloudWatchLoggingOptions;
      const enabled = to.ProcessingConfiguration?.Enabled === true;
      add(cloud, {
        name,
        arn,
        roleArn: to.RoleARN,
        bucket: to.BucketARN.split(':::')[1]!,
        prefix: to.Prefix ?? '',
        errorPrefix: to.ErrorOutputPrefix ?? '',
        gzip,
        extension: to.FileExtension ?? (gzip ? '.gz' : ''),
        kmsKey: to.EncryptionConfiguration?.KMSEncryptionConfig?.AWSKMSKeyARN,
        // Firehose's defaults: 300 s or 5 MiB, whichever comes first.
        bufferMs: (to.BufferingHints?.IntervalInSeconds ?? 300) * 1000,
        bufferBytes: (to.BufferingHints?.SizeInMBs ?? 5) * MiB,
        errorLog:
          log?.Enabled && log.LogGroupName && log.LogStreamName
            ? { logGroupName: log.LogGroupName, logStreamName: log.LogStreamName }
            : undefined,
        processing: processingOf(enabled ? (to.ProcessingConfiguration?.Processors ?? []) : []),
      });
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}
