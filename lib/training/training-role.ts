import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { keys } from '../../contracts/names.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { allow } from '../shared/permissions.ts';

export interface TrainingRoleProps extends ModelStackProps {
  /** The training program. */
  readonly source: Asset;
  /** ECR repository of the training image. */
  readonly repositoryArn: string;
}

/** What a training job of one model may touch: its datasets, its outputs, its log. */
export function trainingRole(scope: Construct, id: string, props: TrainingRoleProps): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
  grantData(role, props);
  grantImage(role, props.repositoryArn);
  grantTelemetry(role);
  if (props.definition.trainer.vpc) grantNetwork(role);
  return role;
}

function grantData(role: Role, { storage, definition, source }: TrainingRoleProps): void {
  const { datasets, artifacts } = storage.buckets;
  const model = definition.name;
  datasets.grantRead(role, keys.datasetPrefix(model));
  datasets.grantList(role, keys.datasetPrefix(model));
  for (const prefix of [keys.trainingOutputPrefix(model), `checkpoints/${model}/`]) {
    artifacts.grantRead(role, prefix);
    artifacts.grantList(role, prefix);
    artifacts.grantWrite(role, prefix);
  }
  // The volume of the instance is encrypted with the key: SageMaker makes a grant for EC2.
  allow(role, {
    actions: ['kms:CreateGrant', 'kms:DescribeKey'],
    resources: [storage.dataKey.key.keyArn],
  });
  allow(role, { actions: ['s3:GetObject'], resources: [source.bucket.arnForObjects(source.s3ObjectKey)] });
  allow(role, {
    actions: ['s3:ListBucket'],
    resources: [source.bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': [source.s3ObjectKey] } },
  });
}

function grantImage(role: Role, repositoryArn: string): void {
  allow(role, {
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: [repositoryArn],
  });
  allow(role, {
    actions: ['ecr:GetAuthorizationToken'],
    resources: ['*'],
    wildcard: 'ECR tokens and metrics of SageMaker have no resource level.',
  });
}

function grantTelemetry(role: Role): void {
  const logs = Stack.of(role).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '/aws/sagemaker/TrainingJobs:*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow(role, {
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [logs],
    wildcard: 'SageMaker names the stream after the job, in its own log group.',
  });
  allow(role, {
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    wildcard: 'ECR tokens and metrics of SageMaker have no resource level.',
    conditions: { StringEquals: { 'cloudwatch:namespace': '/aws/sagemaker/TrainingJobs' } },
  });
}

/**
 * Network interfaces in the subnets of the model, see the SageMaker developer guide, "Give SageMaker AI training jobs access
 * to resources in your Amazon VPC", and "CreateTrainingJob API: execution role permissions".
 */
function grantNetwork(role: Role): void {
  const wildcard = 'SageMaker makes and names the interfaces; describing networks has no resource level.';
  allow(role, {
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DeleteNetworkInterface',
      'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
    resources: ['*'],
    wildcard,
  });
}
