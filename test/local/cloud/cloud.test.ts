import { CfnOutput, CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { type createQueueDouble, START, world } from './world.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const open = async (...args: Parameters<typeof world>) => {
  const running = await world(...args);
  stops.push(() => running.dispose());
  return running;
};

describe('a cloud loaded from a cloud assembly', () => {
  it('creates the resources of dependent stacks and resolves references between them', async () => {
    const running = await open((app) => {
      const one = new Stack(app, 'One');
      const queue = new Queue(one, 'Queue');
      const two = new Stack(app, 'Two');
      new CfnOutput(two, 'QueueArn', { value: queue.queueArn });
      return two;
    });
    const queue = running.find('AWS::SQS::Queue');
    expect(running.outputs('Two')).toEqual({ QueueArn: queue.attributes['Arn'] });
    expect(queue.path).toBe('One/Queue/Resource');
    expect(queue.attributes['Arn']).toMatch(
      /^arn:aws:sqs:us-east-1:123456789012:One-Queue[0-9A-F]{8}-[A-Z0-9]{12}$/,
    );
  });

  it('gives the same names, credentials and chance to two clouds of one seed', async () => {
    const build = (app: ConstructorParameters<typeof Stack>[0]) => {
      const stack = new Stack(app, 'S');
      new Key(stack, 'Key');
      new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      return stack;
    };
    const a = await open(build as never);
    const b = await open(build as never);
    expect(a.find('AWS::KMS::Key').ref).toBe(b.find('AWS::KMS::Key').ref);
    expect(a.root).toEqual(b.root);
    const role = a.find('AWS::IAM::Role').attributes['Arn'];
    expect(a.cloud.credentials(role, 's')).toEqual(b.cloud.credentials(role, 's'));
  });

  it('names stack, resource, type and path of a property that is not implemented', async () => {
    const build = open((app) => {
      const stack = new Stack(app, 'S');
      new CfnResource(stack, 'Q', {
        type: 'AWS::SQS::Queue',
        properties: { RedrivePolicy: { deadLetterTargetArn: 'x', maxReceiveCount: 1, surprise: 2 } },
      });
      return stack;
    });
    await expect(build).rejects.toThrow(
      'S/Q (AWS::SQS::Queue): property RedrivePolicy.surprise is not implemented by the local cloud',
    );
  });

  it('names every resource type that is not implemented, and says which is a custom resource', async () => {
    const build = open((app) => {
      const stack = new Stack(app, 'S');
      new CfnResource(stack, 'A', { type: 'AWS::Foo::Bar' });
      new CfnResource(stack, 'B', { type: 'Custom::Thing' });
      return stack;
    });
    await expect(build).rejects.toThrow(
      'resource types that the local cloud does not implement: AWS::Foo::Bar (S/A); Custom::Thing (S/B), a custom resource',
    );
  });

  it('refuses a folder that is no cloud assembly', async () => {
    const { startCloud } = await import('../../../local/cloud/cloud.ts');
    const options = { assembly: '/nowhere', start: START, seed: 1, dir: '/tmp', services: [] };
    await expect(startCloud(options)).rejects.toThrow('/nowhere is not a cloud assembly');
  });

  it('takes parameters by their defaults and refuses one without', async () => {
    const ok = await open((app) => {
      const stack = new Stack(app, 'S');
      const p = new CfnParameter(stack, 'Size', { default: 'large' });
      new CfnOutput(stack, 'Out', { value: p.valueAsString });
      return stack;
    });
    expect(ok.outputs('S')).toEqual({ Out: 'large' });
    const bad = open((app) => {
      const stack = new Stack(app, 'S');
      new CfnParameter(stack, 'Size');
      return stack;
    });
    await expect(bad).rejects.toThrow('parameter Size has neither a value nor a default');
  });
});

describe('a call', () => {
  const build = (app: ConstructorParameters<typeof Stack>[0]) => {
    const stack = new Stack(app, 'S');
    const queue = new Queue(stack, 'Queue');
    const sender = new Role(stack, 'Sender', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    queue.grantSendMessages(sender);
    new Role(stack, 'Stranger', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const denied = new Role(stack, 'Denied', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    queue.grantSendMessages(denied);
    denied.addToPolicy(
      new PolicyStatement({ sid: 'Never', effect: Effect.DENY, actions: ['sqs:Send*'], resources: ['*'] }),
    );
    return stack;
  };
  const setUp = async () => {
    const running = await open(build as never);
    const arn = running.find('AWS::SQS::Queue').attributes['Arn'];
    const send = (role: string) => {
      const roleArn = running.find('AWS::IAM::Role', `S/${role}/`).attributes['Arn'];
      const caller = running.cloud.assume(roleArn, 'lambda.amazonaws.com', 'test');
      return running.cloud.call(caller, 'sqs', 'SendMessage', { QueueArn: arn, MessageBody: role });
    };
    return { running, arn, send };
  };

  it('of a role that was granted the action is run', async () => {
    const { running, send } = await setUp();
    expect(await send('Sender')).toEqual({ MessageId: expect.stringMatching(/^[0-9a-f]{8}$/), At: START });
    expect(running.cloud.service<ReturnType<typeof createQueueDouble>>('sqs').sent).toEqual(['Sender']);
  });

  it('of a role without a grant is denied with caller, action, resource and why', async () => {
    const { arn, send } = await setUp();
    await expect(send('Stranger')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        new RegExp(
          `assumed-role/S-Stranger.*/test is not authorized to perform sqs:SendMessage on ${arn}: no identity policy allows sqs:SendMessage`,
        ),
      ),
    });
  });

  it('of a role that is denied explicitly names the statement', async () => {
    const { send } = await setUp();
    await expect(send('Denied')).rejects.toThrow('an explicit Deny in an identity policy (statement Never)');
  });

  it('of an operation that is not implemented is a loud error with its name', async () => {
    const { running } = await setUp();
    await expect(running.cloud.call({ kind: 'root' }, 'sqs', 'PurgeQueue', {})).rejects.toThrow(
      'sqs:PurgeQueue is not implemented by the local cloud',
    );
    await expect(running.cloud.call({ kind: 'root' }, 'ec2', 'RunInstances', {})).rejects.toThrow(
      "service 'ec2'",
    );
    expect(running.problems.map((p) => p.message)).toEqual([
      expect.stringContaining('sqs:PurgeQueue'),
      expect.stringContaining("service 'ec2'"),
    ]);
  });

  it('fails as an injected fault says, until the fault is taken back', async () => {
    const { running, send } = await setUp();
    const restore = running.faults.inject({ kind: 'throttle', service: 'sqs', operation: 'SendMessage' });
    await expect(send('Sender')).rejects.toMatchObject({ name: 'ThrottlingException' });
    restore();
    await send('Sender');
    running.faults.inject({ kind: 'lose-store', service: 'sqs', times: 1 });
    await expect(send('Sender')).rejects.toMatchObject({ name: 'ServiceUnavailable', statusCode: 503 });
    await send('Sender');
  });

  it('cannot be made by a service that the role does not trust', async () => {
    const { running } = await setUp();
    const roleArn = running.find('AWS::IAM::Role', 'S/Sender/').attributes['Arn'];
    expect(() => running.cloud.assume(roleArn, 'states.amazonaws.com', 'test')).toThrow(
      `states.amazonaws.com cannot assume ${roleArn}: its trust policy does not allow states.amazonaws.com`,
    );
  });

  it('is decided a hundred thousand times without anybody waiting', async () => {
    const { running, arn } = await setUp();
    const roleArn = running.find('AWS::IAM::Role', 'S/Sender/').attributes['Arn'];
    const caller = running.cloud.assume(roleArn, 'lambda.amazonaws.com', 'test');
    let decided = 0;
    for (let i = 0; i < 100_000; i++) {
      running.cloud.authorize(caller, [{ action: 'sqs:SendMessage', resource: arn }]);
      decided++;
    }
    expect(decided).toBe(100_000);
  });
});
