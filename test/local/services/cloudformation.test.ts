import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../../local/cloud/cloud.ts';
import { world } from '../cloud/world.ts';

let running: RunningCloud & { dispose(): Promise<void> };
let client: CloudFormationClient;

beforeAll(async () => {
  running = await world((app: App) => {
    const stack = new Stack(app, 'with-output');
    new CfnOutput(stack, 'Greeting', { value: `in ${stack.region}` });
    return new Stack(app, 'bare');
  });
  client = new CloudFormationClient({
    endpoint: running.endpoint,
    region: running.cloud.region,
    credentials: running.root,
  });
});
afterAll(() => running.dispose());

describe('CloudFormation', () => {
  it('describes every loaded stack with its outputs', async () => {
    const { Stacks } = await client.send(new DescribeStacksCommand({}));
    expect(Stacks?.map((s) => [s.StackName, s.StackStatus]).sort()).toEqual([
      ['bare', 'CREATE_COMPLETE'],
      ['with-output', 'CREATE_COMPLETE'],
    ]);
    const greeting = Stacks?.find((s) => s.StackName === 'with-output')?.Outputs;
    expect(greeting).toMatchObject([{ OutputKey: 'Greeting', OutputValue: 'in us-east-1' }]);
    expect(Stacks?.[0]?.CreationTime?.getTime()).toBe(running.cloud.clock.now());
  });

  it('describes one stack by name or id, and says when there is none', async () => {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'bare' }));
    expect(Stacks).toHaveLength(1);
    const byId = await client.send(new DescribeStacksCommand({ StackName: Stacks![0]!.StackId }));
    expect(byId.Stacks?.[0]?.StackName).toBe('bare');
    await expect(client.send(new DescribeStacksCommand({ StackName: 'nobody' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id nobody does not exist',
    });
  });

  it('lists stacks by status', async () => {
    const { StackSummaries } = await client.send(
      new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE'] }),
    );
    expect(StackSummaries).toHaveLength(2);
    const failed = await client.send(new ListStacksCommand({ StackStatusFilter: ['CREATE_FAILED'] }));
    expect(failed.StackSummaries).toEqual([]);
  });
});
