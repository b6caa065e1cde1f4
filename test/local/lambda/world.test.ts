import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AuthorizationType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiGatewayService, createApiGateway } from '../../../local/cloud/services/apigateway/index.ts';
import { createLambda } from '../../../local/cloud/services/lambda/index.ts';
import { createLogs } from '../../../local/cloud/services/logs/index.ts';
import { world } from '../cloud/world.ts';

/** Calls Lambda itself, with the credentials and the endpoint of its environment and no others. */
const CODE = `
import { LambdaClient, GetFunctionConfigurationCommand } from ${JSON.stringify(import.meta.resolve('@aws-sdk/client-lambda'))};
export const handler = async (event) => {
  const own = await new LambdaClient().send(new GetFunctionConfigurationCommand({ FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME }));
  return { statusCode: 200, body: JSON.stringify({ slot: process.env.SLOT, memory: own.MemorySize, method: event.httpMethod }) };
};`;

const folder = mkdtempSync(join(tmpdir(), 'coalmine-code-'));
let running: Awaited<ReturnType<typeof world>>;
let name: string;

beforeAll(async () => {
  writeFileSync(join(folder, 'index.mjs'), CODE);
  running = await world(
    (app) => {
      const stack = new Stack(app, 'Fn');
      const fn = new LambdaFunction(stack, 'Function', {
        code: Code.fromAsset(folder),
        handler: 'index.handler',
        runtime: Runtime.NODEJS_24_X,
        memorySize: 256,
        environment: { SLOT: 'none' },
        logGroup: new LogGroup(stack, 'Log', { removalPolicy: RemovalPolicy.DESTROY }),
      });
      fn.addToRolePolicy(
        new PolicyStatement({ actions: ['lambda:GetFunctionConfiguration'], resources: ['*'] }),
      );
      const live = new Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion });
      const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
      const client = new Role(stack, 'Client', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      const method = api.root
        .addResource('models')
        .addResource('{model}')
        .addMethod('GET', new LambdaIntegration(live), { authorizationType: AuthorizationType.IAM });
      method.grantExecute(client);
      live.grantInvoke(client);
      new Role(stack, 'Stranger', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      const releaser = new Role(stack, 'Releaser', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      fn.grantInvoke(releaser);
      releaser.addManagedPolicy(
        new ManagedPolicy(stack, 'Release', {
          statements: [
            new PolicyStatement({
              actions: [
                'lambda:GetFunction',
                'lambda:GetFunctionConfiguration',
                'lambda:UpdateFunctionConfiguration',
                'lambda:PublishVersion',
                'lambda:ListVersionsByFunction',
                'lambda:GetAlias',
                'lambda:UpdateAlias',
              ],
              resources: [fn.functionArn],
            }),
          ],
        }),
      );
      return stack;
    },
    [createLambda, createApiGateway, createLogs],
  );
  name = running.find('AWS::Lambda::Function').ref;
});
afterAll(async () => {
  await running?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const credentialsOf = (role: string) =>
  running.cloud.credentials(running.find('AWS::IAM::Role', `Fn/${role}`).attributes['Arn'], 'test');
const clientOf = (role: string) =>
  new LambdaClient({
    endpoint: running.endpoint,
    region: running.cloud.region,
    credentials: credentialsOf(role),
    maxAttempts: 1,
  });
const invoke = async (role: string, Qualifier?: string) => {
  const out = await clientOf(role).send(new InvokeCommand({ FunctionName: name, Qualifier, Payload: '{}' }));
  return { ...out, body: JSON.parse(JSON.parse(Buffer.from(out.Payload ?? []).toString()).body) };
};

describe('a synthesised function, with the SDK', () => {
  it('is invoked by whom it is granted to, and calls AWS with its own role', async () => {
    const out = await invoke('Client', 'live');
    expect([out.StatusCode, out.ExecutedVersion, out.FunctionError]).toEqual([200, '1', undefined]);
    expect(out.body).toEqual({ slot: 'none', memory: 256 });
    await expect(invoke('Stranger', 'live')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(invoke('Client')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('is released as the release machine does it: configure, wait, publish, shift under guards', async () => {
    const client = clientOf('Releaser');
    const FunctionName = name;
    const before = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const updated = await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { ...before.Environment?.Variables, SLOT: 'green' } },
        RevisionId: before.RevisionId,
      }),
    );
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 5 }, { FunctionName });
    const stale = { FunctionName, RevisionId: before.RevisionId };
    await expect(client.send(new PublishVersionCommand(stale))).rejects.toMatchObject({
      name: 'PreconditionFailedException',
    });
    const publish = new PublishVersionCommand({
      FunctionName,
      RevisionId: updated.RevisionId,
      Description: 'r1',
    });
    const published = await client.send(publish);
    expect([published.Version, published.Description, published.State]).toEqual(['2', 'r1', 'Active']);
    expect((await client.send(publish)).Version).toBe('2');
    const alias = await client.send(new GetAliasCommand({ FunctionName, Name: 'live' }));
    const shift = (RevisionId: string | undefined, weight: number) =>
      client.send(
        new UpdateAliasCommand({
          FunctionName,
          Name: 'live',
          RevisionId,
          FunctionVersion: '1',
          RoutingConfig: { AdditionalVersionWeights: { 2: weight } },
        }),
      );
    const shifted = await shift(alias.RevisionId, 0.1);
    expect(shifted.RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.1 } });
    await expect(shift(alias.RevisionId, 0.5)).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    await client.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: 'live',
        FunctionVersion: '2',
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    );
    expect((await invoke('Client', 'live')).body.slot).toBe('green');
    const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions?.map((v) => v.Version)).toEqual(['$LATEST', '1', '2']);
    const got = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: undefined }));
    expect(got.Configuration?.LastUpdateStatus).toBe('Successful');
  });
});

describe('a synthesised API, over HTTP', () => {
  const url = () => {
    const api = running.find('AWS::ApiGateway::RestApi').ref;
    return `${running.cloud.service<ApiGatewayService>('apigateway').url(api, 'prod')}/models/fraud?a=b&c=d%20e`;
  };
  const curl = (role: string | undefined) => {
    const { accessKeyId, secretAccessKey, sessionToken } = credentialsOf(role ?? 'Client');
    const signed = [
      '--aws-sigv4',
      'aws:amz:us-east-1:execute-api',
      '--user',
      `${accessKeyId}:${secretAccessKey}`,
      '-H',
      `x-amz-security-token: ${sessionToken}`,
    ];
    return [...(role ? signed : []), '-s', '-w', '\n%{http_code}', url()];
  };
  const run = async (args: string[]) => {
    const { stdout } = await promisify(execFile)('curl', args);
    const [body = '', status] = stdout.split('\n');
    return { status: Number(status), json: JSON.parse(body) };
  };
  const hasCurl = (() => {
    try {
      return execFileSync('curl', ['--help', 'all']).toString().includes('--aws-sigv4');
    } catch {
      return false;
    }
  })();

  it.skipIf(!hasCurl)(
    'answers curl that signs as a client, and refuses a stranger and the unsigned',
    async () => {
      const ok = await run(curl('Client'));
      expect([ok.status, ok.json.method]).toEqual([200, 'GET']);
      const stranger = await run(curl('Stranger'));
      expect([stranger.status, stranger.json.message]).toEqual([
        403,
        expect.stringContaining('execute-api:Invoke'),
      ]);
      expect(await run(curl(undefined))).toEqual({
        status: 403,
        json: { message: 'Missing Authentication Token' },
      });
    },
  );
});
