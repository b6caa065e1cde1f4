import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { registryKeys } from '../contracts/registry.ts';
import { createStore } from '../lambdas/registry/store.ts';
import { createTable } from '../lambdas/registry/table.ts';
import { chooseDeployment, deploymentsOf, output, type StackOutputs } from './deployment.ts';
import { notFound } from './errors.ts';
import type { Execution, MachineName, Platform } from './platform.ts';

export interface Connection {
  /** URL of a running rehearsal. @default AWS */
  readonly endpoint: string | undefined;
  /** @default the only one that is deployed */
  readonly stage: string | undefined;
  /** @default what the SDK finds, us-east-1 for a rehearsal */
  readonly region: string | undefined;
}

/**
 * Finds a stage by the outputs of its CloudFormation stacks; credentials come by the SDK's usual chain.
 * @throws CommandError when there is no such stage
 */
export async function connect(connection: Connection): Promise<Platform> {
  const config = {
    endpoint: connection.endpoint,
    region:
      connection.region ?? (connection.endpoint ? (process.env['AWS_REGION'] ?? 'us-east-1') : undefined),
  };
  const deployment = chooseDeployment(
    deploymentsOf(await stacks(new CloudFormationClient(config))),
    connection.stage,
  );
  const { storage, models } = deployment;
  const states = new SFNClient(config);
  // A rehearsal's host is an IP address: the SDK uses path style there by itself.
  const s3 = new S3Client(config);
  const document = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const known = (model: string) => {
    const outputs = models.get(model);
    if (outputs) return outputs;
    throw notFound(
      `no model '${model}' in stage ${deployment.stage}; there are: ${[...models.keys()].join(', ') || 'none'}`,
    );
  };
  return {
    stage: deployment.stage,
    models: [...models.keys()].sort(),
    registry(model) {
      known(model);
      const table = createTable(document, output(storage, 'RegistryTableName'), registryKeys.pk(model));
      return createStore(table, model, () => new Date());
    },
    async artifact(key, versionId) {
      const Bucket = output(storage, 'ArtifactBucketName');
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key, VersionId: versionId }));
      return JSON.parse((await Body?.transformToString()) ?? '');
    },
    start: (model, machine, input) => start(states, machineArn(known(model), machine), input),
    execution: (arn) => describe(states, arn),
    async caller() {
      const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
      return Arn ?? 'unknown';
    },
  };
}

async function stacks(client: CloudFormationClient): Promise<StackOutputs[]> {
  const found: StackOutputs[] = [];
  for await (const { Stacks } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName = '', Outputs = [] } of Stacks ?? []) {
      const outputs = Outputs.map((o) => [o.OutputKey ?? '', o.OutputValue ?? ''] as const);
      found.push({ name: StackName, outputs: Object.fromEntries(outputs) });
    }
  }
  return found;
}

const machineArn = (outputs: Readonly<Record<string, string>>, machine: MachineName): string =>
  output(outputs, `${machine}MachineArn`);

async function start(states: SFNClient, stateMachineArn: string, input: object): Promise<string> {
  const { executionArn } = await states.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return executionArn ?? '';
}

async function describe(states: SFNClient, arn: string): Promise<Execution> {
  const e = await states.send(new DescribeExecutionCommand({ executionArn: arn }));
  return {
    status: e.status ?? 'UNKNOWN',
    output: e.output === undefined ? null : JSON.parse(e.output),
    error: e.error ?? null,
    cause: e.cause ?? null,
  };
}
