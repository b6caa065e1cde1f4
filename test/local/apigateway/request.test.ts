import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it } from 'vitest';
import { type Options, startApi } from './api.ts';

const stops: (() => Promise<void>)[] = [];
async function api(options: Options = {}) {
  const started = await startApi(options);
  stops.push(() => started.cloud.stop());
  return started;
}
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('a request to a stage', () => {
  it('reaches the function behind the alias as a proxy event', async () => {
    const { ask, cloud } = await api();
    const { status, headers, json } = await ask('GET', '/models/a%20b', { rawQuery: 'x=1&x=2&y=3' });
    expect([status, headers['x-mine'], headers['content-type']]).toEqual([200, '1', 'application/json']);
    expect(headers['x-amzn-requestid']).toBe(json.requestContext.requestId);
    expect(json).toMatchObject({
      resource: '/models/{model}',
      path: '/models/a b',
      httpMethod: 'GET',
      pathParameters: { model: 'a b' },
      queryStringParameters: { x: '2', y: '3' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['3'] },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        stage: 'prod',
        path: '/prod/models/a b',
        requestTime: '16/Nov/2026:06:00:00 +0000',
        identity: { userArn: 'arn:aws:sts::111122223333:assumed-role/worker/app', sourceIp: '127.0.0.1' },
      },
    });
    const invoked = cloud.asked.find((a) => a.access.action === 'lambda:InvokeFunction');
    expect(invoked?.access.resource).toBe('arn:aws:lambda:us-east-1:111122223333:function:fn:live');
    expect(invoked?.caller).toMatchObject({
      principal: 'apigateway.amazonaws.com',
      sourceArn: expect.stringMatching(/\/prod\/GET\/models\/\{model\}$/),
    });
  });

  it('asks IAM for the very path and answers 403 when that is denied', async () => {
    const { predict, cloud, apiId } = await api();
    cloud.deny.add('execute-api:Invoke');
    const { status, headers, json } = await predict({ entity: 'e' });
    expect([status, headers['x-amzn-errortype']]).toEqual([403, 'AccessDeniedException']);
    expect(json.message).toContain(`${apiId}/prod/POST/models/fraud/predictions`);
  });

  it('answers 403 for a route or stage that does not exist', async () => {
    const { ask } = await api();
    expect((await ask('GET', '/nothing')).json).toEqual({ message: 'Missing Authentication Token' });
    expect((await ask('DELETE', '/models/fraud')).status).toBe(403);
    expect((await ask('GET', '/models/fraud', { stage: 'beta' })).json).toEqual({ message: 'Forbidden' });
  });

  it('writes one line of access log in the format of the stage, and metrics', async () => {
    const { predict, ask, cloud } = await api();
    await predict({ entity: 'e' });
    await ask('GET', '/nothing');
    expect(cloud.logged.filter((l) => l.group === 'access').map((l) => l.line)).toEqual([
      '16/Nov/2026:06:00:00 +0000 POST /models/{model}/predictions 200 -',
      '16/Nov/2026:06:00:00 +0000 GET - 403 -',
    ]);
    const of = (metric: string) =>
      cloud.samples
        .filter(
          (s) => s.metric === `AWS/ApiGateway ${metric}` && s.dimensions === 'ApiName=models,Stage=prod',
        )
        .map((s) => s.value);
    expect([of('Count'), of('4XXError'), of('5XXError')]).toEqual([
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
  });
});

describe('request validation', () => {
  const template = '{"detail":"$context.error.validationErrorString","id":"$context.requestId"}';
  const responses = [
    {
      ResponseType: 'BAD_REQUEST_BODY',
      StatusCode: '400',
      ResponseParameters: { 'gatewayresponse.header.Content-Type': "'application/problem+json'" },
      ResponseTemplates: { 'application/json': template },
    },
  ];

  it.each([
    ['a missing field', {}, 'object has missing required properties (["entity"])'],
    ['an unknown field', { entity: 'e', x: 1 }, 'properties which are not allowed by the schema: ["x"]'],
    [
      'a wrong type',
      { entity: 5 },
      'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
    ],
    ['a value out of an enum', { entity: 'e', label: 2 }, 'instance value (2) not found in enum'],
    ['a value on an exclusive bound of draft 4', { entity: 'e', amount: 0 }, 'must be > 0'],
  ])('names %s in the response of the API', async (_, value, text) => {
    const { predict } = await api({ responses });
    const { status, headers, json } = await predict(value);
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(json.detail).toContain(text);
  });

  it('refuses malformed JSON and lets another content type pass unread', async () => {
    const { ask } = await api({ responses });
    const post = (body: string, type: string) =>
      ask('POST', '/models/fraud/predictions', { body, headers: { 'content-type': type } });
    expect((await post('{', 'application/json')).json.detail).toBe('request body is not valid JSON');
    expect((await post('{', 'text/plain')).status).toBe(200);
  });

  it('refuses more than 10 MB, and what Lambda will not take, with 413', async () => {
    const { predict } = await api();
    expect((await predict({ entity: 'x'.repeat(10.5e6) })).status).toBe(413);
    expect((await predict({ entity: 'x'.repeat(7e6) })).status).toBe(413);
  });
});

describe('throttling', () => {
  it('answers 429 with the headers of the API when the bucket is empty, and refills in virtual time', async () => {
    const { ask, cloud } = await api({
      stage: {
        MethodSettings: [
          { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 2, ThrottlingBurstLimit: 3 },
        ],
      },
      responses: [
        { ResponseType: 'THROTTLED', ResponseParameters: { 'gatewayresponse.header.Retry-After': "'1'" } },
      ],
    });
    const statuses = async (n: number) => {
      const all = [];
      for (let i = 0; i < n; i++) all.push((await ask('GET', '/models/fraud')).status);
      return all;
    };
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    const { headers, json } = await ask('GET', '/models/fraud');
    expect([headers['retry-after'], json]).toEqual(['1', { message: 'Too Many Requests' }]);
    await cloud.clock.advanceTo(cloud.clock.now() + 1000);
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  it('gives a client with a key the limits of its usage plan, and refuses one without', async () => {
    const { ask, cloud, apiId } = await api({ method: { ApiKeyRequired: true } });
    const key = await cloud.create('AWS::ApiGateway::ApiKey', 'K', { Enabled: true, Value: 'k'.repeat(20) });
    const plan = await cloud.create('AWS::ApiGateway::UsagePlan', 'P', {
      ApiStages: [{ ApiId: apiId, Stage: 'prod' }],
      Throttle: { RateLimit: 1, BurstLimit: 1 },
      Quota: { Limit: 2, Period: 'DAY' },
    });
    await cloud.create('AWS::ApiGateway::UsagePlanKey', 'PK', {
      KeyId: key.ref,
      KeyType: 'API_KEY',
      UsagePlanId: plan.ref,
    });
    const get = () => ask('GET', '/models/fraud', { headers: { 'X-Api-Key': 'k'.repeat(20) } });
    expect((await ask('GET', '/models/fraud')).json).toEqual({ message: 'Forbidden' });
    expect((await get()).status).toBe(200);
    expect((await get()).json).toEqual({ message: 'Too Many Requests' });
    await cloud.clock.advanceTo(cloud.clock.now() + 5000);
    expect((await get()).status).toBe(200);
    await cloud.clock.advanceTo(cloud.clock.now() + 5000);
    expect((await get()).json).toEqual({ message: 'Limit Exceeded' });
  });
});

describe('an integration that fails', () => {
  it.each([
    ['throws', 'throw new Error("no")', {}],
    ['answers no proxy response', 'return "text"', {}],
    ['answers an object as body', 'return { statusCode: 200, body: {} }', {}],
    ['hangs until its time-out', 'await new Promise(() => {})', { Timeout: 1 }],
    ['dies', 'process.exit(1)', {}],
  ])('is 502 when the function %s', async (_, code, fn) => {
    const { ask } = await api({ code: `export const handler = async () => { ${code} };`, fn });
    const { status, json } = await ask('GET', '/models/fraud');
    expect([status, json]).toEqual([502, { message: 'Internal server error' }]);
  });

  it('is 500 when the API may not invoke the function or the function is throttled', async () => {
    const { ask, cloud } = await api({ fn: { ReservedConcurrentExecutions: 0 } });
    expect((await ask('GET', '/models/fraud')).status).toBe(500);
    cloud.deny.add('lambda:InvokeFunction');
    expect((await ask('GET', '/models/fraud')).json).toEqual({ message: 'Internal server error' });
  });

  it('is 504 when the function takes longer than the integration may', async () => {
    const { ask } = await api({
      code: 'export const handler = async () => { await new Promise((r) => setTimeout(r, 400)); };',
      method: {
        Integration: {
          Type: 'AWS_PROXY',
          TimeoutInMillis: 100,
          Uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/fn/invocations',
        },
      },
    });
    const { status, json } = await ask('GET', '/models/fraud');
    expect([status, json]).toEqual([504, { message: 'Endpoint request timed out' }]);
  });
});

describe('a signature', () => {
  const signer = (secretAccessKey = 'secret') =>
    new SignatureV4({
      service: 'execute-api',
      region: 'us-east-1',
      sha256: Sha256,
      credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey, sessionToken: 'token' },
    });
  const sign = async (path: string, body: string, secret?: string) => {
    const { headers } = await signer(secret).sign({
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query: { b: '2', a: 'x y' },
      headers: { host: '127.0.0.1:4566', 'content-type': 'application/json' },
      body,
    });
    return headers;
  };

  it('of the SDK is accepted for the path, query and body that it was made for, and only for them', async () => {
    const { ask, apiId } = await api();
    const body = JSON.stringify({ entity: 'e' });
    const signedPath = `/_api/${apiId}/prod/models/a%20b/predictions`;
    const headers = await sign(signedPath, body);
    const post = (more: object) =>
      ask('POST', '/models/a%20b/predictions', {
        caller: undefined,
        headers,
        body,
        rawQuery: 'b=2&a=x%20y',
        signedPath,
        ...more,
      });
    expect((await post({})).status).toBe(200);
    expect((await post({ body: JSON.stringify({ entity: 'f' }) })).json.message).toMatch(
      /signature we calculated/,
    );
    expect((await post({ rawQuery: 'b=3&a=x%20y' })).status).toBe(403);
    expect((await post({ headers: await sign(signedPath, body, 'wrong') })).status).toBe(403);
    const unknown = {
      ...headers,
      authorization: headers['authorization']?.replace('AKIDLOCAL', 'AKIDOTHER'),
    };
    expect((await post({ headers: unknown })).json.message).toMatch(/security token .* invalid/);
    expect((await post({ headers: {} })).json.message).toBe('Missing Authentication Token');
  });
});
