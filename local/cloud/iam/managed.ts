import type { PolicyDocument } from '../types.ts';
import type { NamedPolicy } from './directory.ts';

const allow = (...Action: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});

/**
 * Policies that AWS manages, as of the AWS Managed Policy Reference Guide
 * (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html). Only those that CDK constructs attach by themselves.
 */
const AWS_MANAGED: Readonly<Record<string, PolicyDocument>> = {
  'service-role/AWSLambdaBasicExecutionRole': allow(
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ),
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': allow(
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DescribeLogGroups',
    'logs:DescribeLogStreams',
    'logs:PutLogEvents',
    'logs:GetLogEvents',
    'logs:FilterLogEvents',
  ),
  AWSXRayDaemonWriteAccess: allow(
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:GetSamplingStatisticSummaries',
  ),
};
export const MANAGED_POLICY_NAMES = Object.keys(AWS_MANAGED);

/**
 * @param arn `arn:aws:iam::aws:policy/…`
 * @throws Error naming a policy that is not in the table
 */
export function managedPolicy(arn: string): NamedPolicy {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  const document = name === undefined ? undefined : AWS_MANAGED[name];
  if (name === undefined || !document) {
    throw new Error(`managed policy '${arn}' is not known to the local cloud (local/cloud/iam/managed.ts)`);
  }
  return { name, document };
}
