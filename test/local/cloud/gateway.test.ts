import { Readable } from 'node:stream';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError, type HttpRequest, NotSupportedLocally, type Service } from '../../../local/cloud/types.ts';
import { world } from './world.ts';

const seen: HttpRequest[] = [];

/** Speaks REST: echoes the path of the request. */
const createS3Double = (): Service => ({
  name: 's3',
  protocol: 'rest',
  resources: [],
  operations: {
    Read: { access: () => [], run: (input) => input },
    Secret: { access: () => [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/secret' }], run: () => '' },
  },
  rest: {
    decode(request) {
      seen.push(request);
      if (request.method !== 'GET') throw new NotSupportedLocally(`s3 ${request.method}`);
      return { operation: request.path.endsWith('/secret') ? 'Secret' : 'Read', input: request.path };
    },
    encode: (_, output) => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: output.endsWith('/stream') ? Readable.from(['in ', 'pieces']) : output,
    }),
    encodeError: (e) => ({
      status: e.statusCode,
      headers: { 'content-type': 'application/xml' },
      body: `<Error><Code>${e.name}</Code><Message>${e.message}</Message></Error>`,
    }),
  },
});

const createCloudWatchDouble = (): Service => ({
  name: 'monitoring',
  protocol: 'json',
  resources: [],
  operations: {
    GetMetricData: {
      access: () => [],
      run: (input) => ({
        MetricDataResults: [
          {
            Id: input.MetricDataQueries[0].Id,
            Timestamps: [new Date(input.StartTime * 1000)],
            Values: [1.5],
          },
        ],
      }),
    },
  },
});

const createEventsDouble = (): Service => ({
  name: 'events',
  protocol: 'json',
  resources: [],
  operations: {
    PutEvents: {
      access: () => [],
      run: (input) => {
        if (input.Entries.length > 10) throw new AwsError('ValidationException', 'too many entries');
        if (input.Entries[0].Source === 'defect') throw new TypeError('a defect of the simulator');
        return { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };
      },
    },
  },
  mounts: [
    {
      prefix: '/_api',
      host: /\.execute-api\./,
      handle: (request, cloud) => ({
        status: 202,
        body: `${request.path}?${request.rawQuery} ${cloud.account}`,
      }),
    },
  ],
});

let running: Awaited<ReturnType<typeof world>>;
const client = () => ({
  endpoint: running.endpoint,
  region: 'us-east-1',
  credentials: running.root,
  maxAttempts: 1,
});

beforeAll(async () => {
  running = await world(
    (app) => {
      const stack = new Stack(app, 'S');
      new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      return stack;
    },
    [createS3Double, createCloudWatchDouble, createEventsDouble],
  );
});
afterAll(() => running.dispose());

describe('the gateway', () => {
  it('answers the SDK in AWS JSON, with timestamps as it expects them', async () => {
    const at = new Date('2026-11-16T06:00:00Z');
    const answer = await new CloudWatchClient(client()).send(
      new GetMetricDataCommand({
        StartTime: at,
        EndTime: at,
        MetricDataQueries: [{ Id: 'm1', Expression: '1' }],
      }),
    );
    expect(answer.MetricDataResults).toEqual([{ Id: 'm1', Timestamps: [at], Values: [1.5] }]);
  });

  it('gives errors the name that the SDK matches on', async () => {
    const entries = Array.from({ length: 11 }, () => ({ Source: 'x' }));
    await expect(
      new EventBridgeClient(client()).send(new PutEventsCommand({ Entries: entries })),
    ).rejects.toMatchObject({ name: 'ValidationException', message: 'too many entries' });
  });

  it('is addressed in path style by an S3 client that was only given the endpoint', async () => {
    const answer = await new S3Client(client()).send(
      new GetObjectCommand({ Bucket: 'some-bucket', Key: 'a b/c' }),
    );
    expect(await answer.Body?.transformToString()).toBe('/some-bucket/a b/c');
    expect(seen.at(-1)?.rawPath).toBe('/some-bucket/a%20b/c');
    expect(seen.at(-1)?.rawQuery).toBe('x-id=GetObject');
  });

  it('carries a body that is a stream', async () => {
    const answer = await new S3Client(client()).send(new GetObjectCommand({ Bucket: 'b', Key: 'stream' }));
    expect(await answer.Body?.transformToString()).toBe('in pieces');
  });

  it('takes the caller from the access key and denies what its role may not', async () => {
    const roleArn = running.find('AWS::IAM::Role').attributes['Arn'];
    const s3 = new S3Client({ ...client(), credentials: running.cloud.credentials(roleArn, 'session') });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'secret' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('refuses an access key that it did not give out', async () => {
    const credentials = { accessKeyId: 'AKIDUNKNOWN', secretAccessKey: 'x' };
    await expect(
      new EventBridgeClient({ ...client(), credentials }).send(new PutEventsCommand({ Entries: [] })),
    ).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('refuses a request that is not signed', async () => {
    const answer = await fetch(`${running.endpoint}/b/key`);
    expect(answer.status).toBe(403);
  });

  it('answers the query protocol in XML', async () => {
    const answer = await fetch(running.endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${running.root.accessKeyId}/20261116/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    });
    expect(await answer.text()).toMatch(
      /^<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012<\/Account><Arn>arn:aws:iam::123456789012:root<\/Arn>/,
    );
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('hands plain HTTP under a mount to its service, by path or by host', async () => {
    const byPath = await fetch(`${running.endpoint}/_api/abc/local?x=1`);
    expect([byPath.status, await byPath.text()]).toEqual([202, '/_api/abc/local?x=1 123456789012']);
  });

  it('reports a defect of the simulator as a problem, and says InternalFailure to the caller', async () => {
    const before = running.problems.length;
    await expect(
      new EventBridgeClient(client()).send(new PutEventsCommand({ Entries: [{ Source: 'defect' }] })),
    ).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(running.problems.slice(before).map((p) => p.message)).toEqual(['a defect of the simulator']);
  });

  it('names a service or a protocol that it has not', async () => {
    const ask = (service: string, headers: Record<string, string>) =>
      fetch(running.endpoint, {
        method: 'POST',
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=${running.root.accessKeyId}/20261116/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
          ...headers,
        },
      });
    const unknown = await ask('ec2', { 'x-amz-target': 'Ec2.Run' });
    expect(unknown.status).toBe(501);
    expect(await unknown.text()).toContain("service 'ec2' is not implemented by the local cloud");
    const cbor = await ask('monitoring', { 'smithy-protocol': 'rpc-v2-cbor' });
    expect(await cbor.text()).toContain('monitoring over rpc-v2-cbor is not implemented');
  });

  it('holds virtual time still while it answers', async () => {
    const before = running.cloud.clock.now();
    const pending = new EventBridgeClient(client()).send(
      new PutEventsCommand({ Entries: [{ Source: 'x' }] }),
    );
    await pending;
    expect(running.cloud.clock.now()).toBe(before);
    expect(running.cloud.clock.inFlight()).toEqual([]);
  });
});
