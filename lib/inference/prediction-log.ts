import { Aws } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { CfnSubscriptionFilter, LogGroup, LogStream } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { keys } from '../../contracts/names.ts';
import { LOG_LINE_PATTERN } from '../../contracts/prediction.ts';
import { logRetention } from '../lambda/log-retention.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { allow } from '../shared/permissions.ts';

/** Drift looks at hours: five minutes late costs nothing, small objects do. */
const BUFFER = { intervalInSeconds: 300, sizeInMBs: 64 };

/**
 * Carries prediction and outcome lines from the functions' logs to the prediction bucket, one folder a day
 * (`dt=` is the day of delivery, UTC). The request never waits for it.
 */
export class PredictionLog extends Construct {
  private readonly stream: CfnDeliveryStream;
  private readonly subscriber: Role;

  constructor(scope: Construct, id: string, props: ModelStackProps) {
    super(scope, id);
    this.stream = this.createStream(props);
    this.subscriber = this.createSubscriber();
  }

  /** Subscribes the stream to a log group. */
  collect(logGroup: LogGroup): void {
    const filter = new CfnSubscriptionFilter(logGroup, 'Predictions', {
      logGroupName: logGroup.logGroupName,
      filterPattern: LOG_LINE_PATTERN,
      destinationArn: this.stream.attrArn,
      roleArn: this.subscriber.roleArn,
    });
    // CloudWatch Logs tests the role when the filter is made.
    filter.node.addDependency(this.subscriber);
  }

  private createStream(props: ModelStackProps): CfnDeliveryStream {
    const { storage, definition } = props;
    const model = definition.name;
    const { predictions } = storage.buckets;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    for (const prefix of [keys.predictionPrefix(model), `errors/${model}/`]) {
      predictions.grantWrite(role, prefix);
    }
    const log = this.createLog(role, props);
    const stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      extendedS3DestinationConfiguration: {
        bucketArn: predictions.bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${keys.predictionPrefix(model)}dt=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `errors/${model}/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
        fileExtension: '.jsonl.gz',
        compressionFormat: 'GZIP',
        bufferingHints: BUFFER,
        encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: storage.dataKey.key.keyArn } },
        processingConfiguration: { enabled: true, processors: PROCESSORS },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: log.logGroup.logGroupName,
          logStreamName: log.stream.logStreamName,
        },
      },
    });
    // Firehose tries the role when the stream is made.
    stream.node.addDependency(role);
    acknowledge(
      stream,
      'AwsSolutions-KDF1',
      'Records live in the stream for minutes under the key of AWS, and in the bucket under ours.',
    );
    return stream;
  }

  private createLog(role: Role, props: ModelStackProps): { logGroup: LogGroup; stream: LogStream } {
    const logGroup = new LogGroup(this, 'Log', {
      retention: logRetention(props.definition.retention.logDays),
      encryptionKey: props.storage.dataKey.key,
      removalPolicy: props.settings.removalPolicy,
    });
    allow(role, { actions: ['logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
    const stream = new LogStream(this, 'LogStream', {
      logGroup,
      removalPolicy: props.settings.removalPolicy,
    });
    return { logGroup, stream };
  }

  private createSubscriber(): Role {
    const role = new Role(this, 'SubscriberRole', {
      assumedBy: new ServicePrincipal('logs.amazonaws.com', {
        conditions: {
          StringLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*` },
        },
      }),
    });
    allow(role, {
      actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
      resources: [this.stream.attrArn],
    });
    return role;
  }
}

/** From the gzipped envelope of CloudWatch Logs back to one line of JSON a record. */
const PROCESSORS = [
  { type: 'Decompression', parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }] },
  {
    type: 'CloudWatchLogProcessing',
    parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }],
  },
  {
    type: 'AppendDelimiterToRecord',
    parameters: [{ parameterName: 'Delimiter', parameterValue: '\\n' }],
  },
];
