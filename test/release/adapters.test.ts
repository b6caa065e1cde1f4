import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnAlias, CfnVersion, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryKeys } from '../../contracts/registry.ts';
import { createStore } from '../../lambdas/registry/store.ts';
import { createTable } from '../../lambdas/registry/table.ts';
import { beginRelease, releaseEnded } from '../../lambdas/registry/transitions.ts';
import { createInferenceFunction } from '../../lambdas/release/inference-function.ts';
import { createPredictionLines } from '../../lambdas/release/prediction-lines.ts';
import { createSlotMetrics } from '../../lambdas/release/slot-metrics.ts';
import { createLiveAlias, pointAlias } from '../../lambdas/shared/live-alias.ts';
import { createDynamoDb } from '../../local/cloud/services/dynamodb/index.ts';
import { createLambda } from '../../local/cloud/services/lambda/index.ts';
import { createLogs } from '../../local/cloud/services/logs/index.ts';
import { createCloudWatch } from '../../local/cloud/services/monitoring/index.ts';
import { world } from '../local/cloud/world.ts';
import { versionItem } from '../registry/fixtures.ts';

/** Answers as the inference function does, and logs a prediction with its metrics when it is asked for one. */
const INFERENCE = `
const { MODEL_VERSION, MODEL_SLOT } = process.env;
// console.log would put time and request id before the line.
const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
export const handler = async (event) => {
  if (event.kind === 'score') {
    if (event.rows.some((r) => r.a === null)) throw new TypeError('a is missing');
    return { version: Number(MODEL_VERSION), scores: event.rows.map((r) => r.a / 10) };
  }
  const at = Date.now();
  say({ event: 'prediction', predictionId: String(event.id), model: 'fraud',
    version: Number(MODEL_VERSION), slot: MODEL_SLOT, at: new Date(at).toISOString(), entity: 'e', features: { a: event.id },
    score: 0.5, latencyMs: 7, degraded: false });
  say({ _aws: { Timestamp: at, CloudWatchMetrics: [{ Namespace: 'Coalmine',
    Dimensions: [['model', 'slot']], Metrics: [{ Name: 'Predictions' }, { Name: 'Errors' }, { Name: 'Latency' }] }] },
    model: 'fraud', slot: MODEL_SLOT, Predictions: 1, Errors: event.id === 1 ? 1 : 0, Latency: 7 });
  return {};
};`;

const files = mkdtempSync(join(tmpdir(), 'coalmine-adapters-'));
let running: Awaited<ReturnType<typeof world>>;
let lambda: LambdaClient;
const client = () => ({
  endpoint: running.endpoint,
  region: running.cloud.region,
  credentials: running.cloud.credentials(running.find('AWS::IAM::Role', 'S/Release').attributes['Arn'], 't'),
  maxAttempts: 1,
});
const names = () => ({
  fn: running.find('AWS::Lambda::Function').ref,
  table: running.find('AWS::DynamoDB::Table').ref,
  logs: running.find('AWS::Logs::LogGroup').ref,
});

beforeAll(async () => {
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, 'index.mjs'), INFERENCE);
  running = await world(
    (app) => {
      const stack = new Stack(app, 'S');
      const logGroup = new LogGroup(stack, 'Log', { removalPolicy: RemovalPolicy.DESTROY });
      const fn = new Lambda(stack, 'Fn', {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(files),
        logGroup,
        environment: { KEPT: 'yes' },
      });
      const first = new CfnVersion(stack, 'First', { functionName: fn.functionName });
      new CfnAlias(stack, 'Live', {
        functionName: fn.functionName,
        functionVersion: first.attrVersion,
        name: 'live',
      });
      const table = new Table(stack, 'Table', {
        partitionKey: { name: 'pk', type: AttributeType.STRING },
        sortKey: { name: 'sk', type: AttributeType.STRING },
        billingMode: BillingMode.PAY_PER_REQUEST,
      });
      const role = new Role(stack, 'Release', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      table.grantReadWriteData(role);
      role.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['lambda:*', 'logs:FilterLogEvents', 'cloudwatch:GetMetricData'],
          resources: ['*'],
        }),
      );
      fn.role?.addManagedPolicy(
        ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole'),
      );
      return stack;
    },
    [createDynamoDb, createLambda, createLogs, createCloudWatch],
  );
  lambda = new LambdaClient(client());
});
afterAll(async () => {
  await running.dispose();
  rmSync(files, { recursive: true, force: true });
});

describe('the registry on DynamoDB', () => {
  it('changes pointers, event and version together or not at all', async () => {
    const document = DynamoDBDocumentClient.from(new DynamoDBClient(client()), {
      marshallOptions: { removeUndefinedValues: true },
    });
    const table = createTable(document, names().table, registryKeys.pk('fraud'));
    const store = createStore(table, 'fraud', () => new Date('2026-11-16T08:00:00Z'));
    const begin = (id: string) =>
      beginRelease({ id, execution: 'arn', version: 1, now: '2026-11-16T08:00:00Z' });
    const author = { by: 'test', reason: 'test' };
    // No such version: the whole transaction is refused.
    await expect(store.change(author, begin('r'))).rejects.toMatchObject({ name: 'ConcurrentChange' });
    expect((await store.pointers()).revision).toBe(0);
    const item = versionItem(1);
    const put = { kind: 'put', sk: registryKeys.version(1), item, if: { kind: 'absent' } } as const;
    expect(await table.write([put])).toBe(true);
    expect(await table.write([put])).toBe(false);
    const { after } = await store.change(author, begin('r'));
    expect(await store.pointers()).toEqual(after);
    await store.change(author, releaseEnded('r', 'registered', null));
    expect((await store.event(2))?.change).toBe('release.ended');
    expect(await store.versions()).toEqual([{ ...item, statusSince: '2026-11-16T08:00:00.000Z' }]);
    expect((await store.statusEvents()).map((e) => [e.from, e.to])).toEqual([
      ['candidate', 'registered'],
      ['registered', 'candidate'],
    ]);
    expect(await table.newest(registryKeys.eventPrefix, 1)).toMatchObject([{ revision: 2 }]);
  });

  it('counts versions in settings that do not exist yet', async () => {
    const document = DynamoDBDocumentClient.from(new DynamoDBClient(client()));
    const table = createTable(document, names().table, registryKeys.pk('other'));
    const count = (seen: number) =>
      table.write([
        {
          kind: 'update',
          sk: registryKeys.settings,
          set: { lastVersion: seen + 1 },
          defaults: { goldenVersion: null },
          if: { kind: 'equals', attribute: 'lastVersion', value: seen, orAbsent: seen === 0 },
        },
      ]);
    expect([await count(0), await count(0), await count(1)]).toEqual([true, false, true]);
    expect(await table.get(registryKeys.settings)).toEqual({ lastVersion: 2, goldenVersion: null });
  });
});

describe('publishing and shifting on Lambda', () => {
  it('seals, finds what it published, asks it, and shifts the alias under guard', async () => {
    const fn = createInferenceFunction(lambda, names().fn);
    const alias = createLiveAlias(lambda, names().fn);
    const seal = (version: string, slot: string) => ({ MODEL_VERSION: version, MODEL_SLOT: slot });
    const blue = await fn.publish('first', seal('1', 'blue'));
    const green = await fn.publish('second', seal('2', 'green'));
    expect(await fn.published('first')).toBe(blue);
    expect(await fn.published('third')).toBeUndefined();
    expect(await fn.score(green, [{ a: 1 }, { a: 5 }])).toEqual({ version: 2, scores: [0.1, 0.5] });
    await expect(fn.score(green, [{ a: null }])).rejects.toThrow('TypeError: a is missing');
    expect(await alias.initialVersion()).toBe('1');

    const before = await alias.read();
    const canary = { main: blue, candidate: { lambdaVersion: green, percent: 10 } };
    await pointAlias(alias, canary, 'release second: 10 %', async () => undefined);
    const after = await alias.read();
    expect(after).toMatchObject({ target: canary, note: 'release second: 10 %' });
    await expect(alias.write({ main: blue }, 'late', before.revisionId)).rejects.toMatchObject({
      name: 'PreconditionFailedException',
    });
    await pointAlias(alias, { main: green }, 'release second: 100 %', async () => undefined);
    expect((await alias.read()).target).toEqual({ main: green });
  });
});

describe('what the judge looks at', () => {
  it('are the lines and metrics that the slot left', async () => {
    const { fn, logs } = names();
    const from = new Date(running.cloud.clock.now());
    for (const id of [1, 2, 3])
      await lambda.send(
        new InvokeCommand({ FunctionName: fn, Qualifier: 'live', Payload: JSON.stringify({ id }) }),
      );
    await running.cloud.clock.advanceTo(running.cloud.clock.now() + 120_000);
    const to = new Date(running.cloud.clock.now());
    const lines = createPredictionLines(new CloudWatchLogsClient(client()), logs);
    const query = { slot: 'green', version: 2, from, to, limit: 10 } as const;
    expect((await lines.read(query)).map((l) => l.predictionId)).toEqual(['1', '2', '3']);
    expect(await lines.read({ ...query, limit: 2 })).toHaveLength(2);
    expect(await lines.read({ ...query, slot: 'blue' })).toEqual([]);
    expect(await lines.read({ ...query, version: 1 })).toEqual([]);
    const metrics = createSlotMetrics(new CloudWatchClient(client()), 'fraud', fn);
    expect(await metrics.read('green', null, from, to)).toEqual({
      predictions: 3,
      errors: 1,
      crashes: 0,
      latency: [{ p99: 7, samples: 3 }],
    });
    expect(await metrics.read('blue', '2', from, to)).toEqual({
      predictions: 0,
      errors: 0,
      crashes: 0,
      latency: [],
    });
  });
});
