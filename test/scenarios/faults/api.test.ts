import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../../contracts/metrics.ts';
import { LIVE_ALIAS, METRIC_NAMESPACE, SLOTS } from '../../../contracts/names.ts';
import type { PredictionRequest, Problem } from '../../../contracts/prediction.ts';
import type { ApiGatewayService, StageRequest } from '../../../local/cloud/services/apigateway/index.ts';
import type { CloudWatchService } from '../../../local/cloud/services/monitoring/service.ts';
import { parseApiUrl } from '../../../local/rehearsal/api-client.ts';
import { OPERATOR } from '../../../local/rehearsal/rehearsal.ts';
import { firstChampion } from '../../../local/scenarios/acts.ts';
import { MINUTE } from '../../../local/traffic/types.ts';
import { type FaultStage, openStage } from './stage.ts';

let stage: FaultStage;
let started: number;
beforeAll(async () => {
  stage = await openStage({ champion: false });
  started = stage.r.now;
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const PREDICTIONS = '/models/fraud/predictions';
const OUTCOMES = '/models/fraud/outcomes';

async function ask(path: string, body: string | object | undefined, more: Partial<StageRequest> = {}) {
  const answer = await stage.r.running.cloud.service<ApiGatewayService>('apigateway').request({
    ...parseApiUrl(stage.r.outputs.ApiUrl),
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'object' ? JSON.stringify(body) : body,
    caller: OPERATOR,
    ...more,
  });
  return { ...answer, json: JSON.parse(answer.body.toString()) };
}

/** The answer is a problem as RFC 9457 has it; returns it. */
function problemOf(answer: Awaited<ReturnType<typeof ask>>, status: number): Problem {
  expect(answer.status, answer.body.toString()).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.json).toMatchObject({ type: 'about:blank', status });
  expect(answer.json.title).toMatch(/\w/);
  expect(answer.json.detail).toMatch(/\w/);
  return answer.json;
}

let example: PredictionRequest | undefined;
const request = (): PredictionRequest => {
  example ??= stage.r.example();
  return example;
};
const withFeatures = (features: Record<string, unknown>) => {
  const { entity, features: good } = request();
  return { entity, features: { ...good, ...features } };
};
/** JSON text with a number in it that JSON.stringify would never write. */
const withNumber = (name: string, text: string): string =>
  JSON.stringify(withFeatures({ [name]: '#' })).replace('"#"', text);

describe('before there is a champion', () => {
  it('a prediction is answered with 503 and when to ask again', async () => {
    const answer = await ask(PREDICTIONS, request());
    expect(problemOf(answer, 503).detail).toContain('no champion');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a request that makes no sense', () => {
  beforeAll(async () => {
    await firstChampion(stage.r);
  });

  const bodies: readonly [what: string, body: () => string | object, status: number, field: RegExp][] = [
    ['malformed JSON', () => '{"entity": "c1", ', 400, /body/i],
    ['an empty body', () => '', 400, /body/i],
    ['an array', () => [], 400, /body|array/i],
    ['no entity', () => ({ features: request().features }), 400, /entity/],
    ['an unknown field', () => ({ ...request(), nonsense: 1 }), 400, /nonsense|additional/i],
    ['an entity of the wrong type', () => ({ ...request(), entity: 7 }), 400, /entity|string/],
    ['features that are no object', () => ({ ...request(), features: 'x' }), 400, /features|object/],
    ['a missing feature', () => withFeatures({ amount: undefined }), 400, /features\.amount/],
    ['an unknown feature', () => withFeatures({ colour: 'red' }), 400, /features\.colour/],
    ['a computed feature', () => withFeatures({ amount_ratio: 1 }), 400, /features\.amount_ratio/],
    ['a null where none may be', () => withFeatures({ amount: null }), 400, /features\.amount/],
    ['a text for a number', () => withFeatures({ amount: 'a lot' }), 400, /features\.amount/],
    ['an object for a number', () => withFeatures({ distance_km: {} }), 400, /features\.distance_km/],
    ['an array for a category', () => withFeatures({ country: ['DE'] }), 400, /features\.country/],
    ['a value below its range', () => withFeatures({ amount: -1 }), 400, /features\.amount/],
    ['a value above its range', () => withFeatures({ amount: 1e9 }), 400, /features\.amount/],
    ['1e999', () => withNumber('amount', '1e999'), 400, /features\.amount/],
    ['-1e999 where no range is', () => withNumber('minutes_since_last', '-1e999'), 400, /minutes_since_last/],
    ['NaN', () => withNumber('amount', 'NaN'), 400, /body/i],
    ['Infinity', () => withNumber('amount', 'Infinity'), 400, /body/i],
    ['a body of 100 kB', () => withFeatures({ country: 'x'.repeat(100_000) }), 413, /bytes/],
    ['a body of 11 MB', () => withFeatures({ country: 'x'.repeat(11_000_000) }), 413, /10 MB/],
  ];
  it.each(bodies)('%s is refused, and the answer names it', async (_what, body, status, named) => {
    const problem = problemOf(await ask(PREDICTIONS, body()), status);
    const said = [problem.detail, ...(problem.errors ?? []).map((e) => `${e.field} ${e.expected}`)].join(
      '\n',
    );
    expect(said).toMatch(named);
  });

  const outcomes: readonly [what: string, body: string | object, field: RegExp][] = [
    ['malformed JSON', '{', /body/i],
    ['no prediction', { label: 1 }, /predictionId/],
    ['a label that is none', { predictionId: 'p', label: 2 }, /label|enum/],
    ['a time that is none', { predictionId: 'p', label: 1, at: 'yesterday' }, /at/],
    ['an unknown field', { predictionId: 'p', label: 1, mood: 'good' }, /mood|additional/i],
  ];
  it.each(outcomes)('as an outcome: %s', async (_what, body, named) => {
    const problem = problemOf(await ask(OUTCOMES, body), 400);
    const said = [problem.detail, ...(problem.errors ?? []).map((e) => e.field)].join('\n');
    expect(said).toMatch(named);
  });

  it('another model is not here', async () => {
    expect(problemOf(await ask('/models/other/predictions', request()), 404).errors).toMatchObject([
      { field: 'model' },
    ]);
    problemOf(await ask('/models/other', undefined, { method: 'GET' }), 404);
    problemOf(await ask('/models/other/outcomes', { predictionId: 'p', label: 1 }), 404);
  });

  it('a method or a path that the API has not is refused like a missing signature', async () => {
    problemOf(await ask(PREDICTIONS, undefined, { method: 'DELETE' }), 403);
    problemOf(await ask('/nothing/here', request()), 403);
  });

  it('without a signature, or with one of somebody else’s making, it is forbidden', async () => {
    problemOf(await ask(PREDICTIONS, request(), { caller: undefined }), 403);
    const { accessKeyId } = stage.r.running.root;
    const scope = '20261101/us-east-1/execute-api/aws4_request';
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
    const headers = { host: 'localhost', 'x-amz-date': '20261101T000000Z', authorization };
    problemOf(await ask(PREDICTIONS, request(), { caller: undefined, headers }), 403);
    const unknown = { ...headers, authorization: authorization.replace(accessKeyId, 'AKIDNOBODY') };
    problemOf(await ask(PREDICTIONS, request(), { caller: undefined, headers: unknown }), 403);
  });

  it('more requests than the limit are answered with 429 and when to ask again', async () => {
    await stage.r.until(stage.r.now + MINUTE);
    const { burstLimit } = stage.r.definition.serving;
    const answers = [];
    for (let i = 0; i <= burstLimit; i++)
      answers.push(await ask(OUTCOMES, { predictionId: `p${i}`, label: 0 }));
    expect(answers.slice(0, burstLimit).every((a) => a.status === 202)).toBe(true);
    problemOf(answers.at(-1)!, 429);
    expect(Number(answers.at(-1)!.headers['retry-after'])).toBeGreaterThan(0);
    await stage.r.until(stage.r.now + MINUTE);
  });
});

describe('a request that is odd but sensible', () => {
  it('with an unseen category is answered, degraded', async () => {
    const answer = await ask(PREDICTIONS, withFeatures({ country: 'Atlantis' }));
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ degraded: true, version: 1 });
    expect(answer.headers).toMatchObject({ 'x-model-version': '1' });
  });

  it('after all the nonsense a good one is answered, and no error was counted', async () => {
    const answer = await ask(PREDICTIONS, request());
    expect(answer.status).toBe(200);
    expect(answer.json.score).toBeGreaterThanOrEqual(0);
    const { r } = stage;
    await r.until(r.now + 5 * MINUTE);
    const metrics = r.running.cloud.service<CloudWatchService>('monitoring');
    const sum = (namespace: string, name: string, dimensions: Record<string, string>) =>
      metrics
        .series(namespace, name, dimensions, 'Sum', 60, started, r.now)
        .reduce((total, s) => total + s.value, 0);
    const inSlots = (name: string) =>
      SLOTS.reduce((total, slot) => total + sum(METRIC_NAMESPACE, name, { model: 'fraud', slot }), 0);
    const FunctionName = r.outputs.InferenceFunctionName;
    const live = { FunctionName, Resource: `${FunctionName}:${LIVE_ALIAS}` };
    expect(sum('AWS/Lambda', 'Invocations', live)).toBeGreaterThan(0);
    expect(sum('AWS/Lambda', 'Errors', live)).toBe(0);
    expect(inSlots(METRICS.errors)).toBe(0);
    expect(inSlots(METRICS.predictions)).toBe(2);
    expect(inSlots(METRICS.invalidRequests)).toBeGreaterThan(10);
    await stage.consistent(1);
  });
});
