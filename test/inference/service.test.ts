import { describe, expect, it } from 'vitest';
import { predictionLineSchema } from '../../contracts/prediction.ts';
import { load } from '../../lambdas/inference/handler.ts';
import type { Sealed } from '../../lambdas/inference/sealed.ts';
import { createService } from '../../lambdas/inference/service.ts';
import type { HttpAnswer } from '../../lambdas/shared/http/problem.ts';
import { apiEvent, problemOf } from '../fixtures/api.ts';
import { SHOP_WEIGHTS, shop, shopArtifact } from '../fixtures/model.ts';

const PATH = '/models/shop/predictions';
const FEATURES = { amount: 50, visits: 2, clicks: 11, channel: 'shop' };
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

async function shopService() {
  const written: string[] = [];
  const { files, read } = shopArtifact();
  const sealed: Sealed = { version: 7, run: 'run-7', slot: 'green', artifact: files };
  const serving = await load(shop, sealed, read);
  let clock = 0;
  const effects = {
    write: (text: string) => written.push(text),
    now: () => new Date('2026-11-20T10:00:00Z'),
    elapsed: () => (clock += 1.25),
    newId: () => 'generated-id',
  };
  const service = createService('shop', serving, effects);
  const post = async (body: unknown) => (await service(apiEvent('POST', PATH, body))) as HttpAnswer;
  const lines = () => written.flatMap((text) => text.trimEnd().split('\n')).map((l) => JSON.parse(l));
  return { service, post, written, lines, serving, effects };
}

describe('a prediction', () => {
  it('answers the score with version, run and prediction id', async () => {
    const { post } = await shopService();
    const answer = await post({ entity: 'ann', features: FEATURES });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'x-model-version': '7',
      'x-model-run': 'run-7',
      'x-prediction-id': 'generated-id',
    });
    const [amount, visits, clicks, channel] = SHOP_WEIGHTS;
    expect(JSON.parse(answer.body)).toEqual({
      predictionId: 'generated-id',
      model: 'shop',
      version: 7,
      score: expect.closeTo(logistic(50 * amount + 2 * visits + clicks + channel), 6),
      degraded: false,
    });
  });

  it('leaves one prediction line with the hashed entity and the parsed row, and one metric line, in one write', async () => {
    const { post, written, lines } = await shopService();
    await post({ predictionId: 'mine', entity: 'visitor-9', features: FEATURES });
    expect(written).toHaveLength(1);
    const [prediction, metrics] = lines();
    expect(predictionLineSchema.parse(prediction)).toMatchObject({
      predictionId: 'mine',
      version: 7,
      slot: 'green',
      at: '2026-11-20T10:00:00.000Z',
      entity: expect.stringMatching(/^[0-9a-f]{16}$/),
      features: { amount: 50, visits: 2, many_clicks: 1, channel: 'shop' },
      latencyMs: 1.25,
    });
    expect(written[0]).not.toContain('visitor-9');
    expect(metrics).toMatchObject({
      model: 'shop',
      slot: 'green',
      Predictions: 1,
      Errors: 0,
      Degraded: 0,
      Latency: 1.25,
      Score: prediction.score,
    });
    const [directive] = metrics._aws.CloudWatchMetrics;
    expect(directive).toMatchObject({ Namespace: 'Coalmine', Dimensions: [['model', 'slot']] });
    for (const { Name } of directive.Metrics) expect(metrics).toHaveProperty(Name);
  });

  it.each([
    ['an unseen category', { ...FEATURES, channel: 'fax' }],
    ['a default in place of a missing value', { ...FEATURES, visits: null }],
  ])('is marked as degraded by %s', async (_, features) => {
    const { post, lines } = await shopService();
    expect(JSON.parse((await post({ entity: 'ann', features })).body)).toMatchObject({ degraded: true });
    expect(lines()).toMatchObject([{ degraded: true }, { Degraded: 1 }]);
  });

  it('takes a body that API Gateway encoded as base64', async () => {
    const { service } = await shopService();
    const body = Buffer.from(JSON.stringify({ entity: 'ann', features: FEATURES })).toString('base64');
    const answer = await service({ ...apiEvent('POST', PATH), body, isBase64Encoded: true });
    expect(answer).toMatchObject({ statusCode: 200 });
  });

  it('is an error, not an answer, when the model fails', async () => {
    const { effects, serving } = await shopService();
    const written: string[] = [];
    const predictor = { ...serving.predictor, predict: () => Promise.reject(new Error('out of order')) };
    const service = createService(
      'shop',
      { ...serving, predictor },
      { ...effects, write: (text) => written.push(text) },
    );
    const problem = problemOf(await service(apiEvent('POST', PATH, { entity: 'ann', features: FEATURES })));
    expect(problem.status).toBe(500);
    expect(problem.detail).not.toContain('out of order');
    const [error, metrics] = written[0]!
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l));
    expect(error).toMatchObject({ level: 'ERROR', error: { message: 'out of order' } });
    expect(metrics).toMatchObject({ Predictions: 1, Errors: 1 });
  });
});

describe('a request that is not valid', () => {
  it.each([
    ['malformed JSON', '{"entity":', ['body']],
    ['an empty body', '', ['body']],
    ['a body that is no object', [1], ['body']],
    ['no entity', { features: FEATURES }, ['entity']],
    ['an unknown field', { entity: 'ann', features: FEATURES, extra: 1 }, ['extra']],
    [
      'a missing feature',
      { entity: 'ann', features: { ...FEATURES, visits: undefined } },
      ['features.visits'],
    ],
    ['a missing input', { entity: 'ann', features: { ...FEATURES, clicks: undefined } }, ['features.clicks']],
    ['an unknown feature', { entity: 'ann', features: { ...FEATURES, colour: 'red' } }, ['features.colour']],
    [
      'a computed feature',
      { entity: 'ann', features: { ...FEATURES, many_clicks: 1 } },
      ['features.many_clicks'],
    ],
    ['a wrong type', { entity: 'ann', features: { ...FEATURES, visits: {} } }, ['features.visits']],
    ['a text for a number', { entity: 'ann', features: { ...FEATURES, visits: 'two' } }, ['features.visits']],
    ['a value out of range', { entity: 'ann', features: { ...FEATURES, amount: 101 } }, ['features.amount']],
    [
      'a null that is not allowed',
      { entity: 'ann', features: { ...FEATURES, amount: null } },
      ['features.amount'],
    ],
    [
      'a number that is not finite',
      '{"entity":"ann","features":{"amount":1e999,"visits":2,"clicks":1,"channel":"web"}}',
      ['features.amount'],
    ],
    [
      'several mistakes at once',
      { entity: 'ann', features: { amount: -1, visits: 2, channel: 'web', colour: 1 } },
      ['features.clicks', 'features.colour', 'features.amount'],
    ],
    [
      'a feature named like a property of every object',
      '{"entity":"ann","features":{"amount":1,"visits":2,"clicks":1,"channel":"web","__proto__":1}}',
      ['features.__proto__'],
    ],
  ])('is refused for %s, naming the field and what was expected', async (_, body, fields) => {
    const { post, lines } = await shopService();
    const problem = problemOf(await post(body));
    expect(problem).toMatchObject({ status: 400, title: 'Bad Request' });
    expect(problem.errors!.map((e) => e.field)).toEqual(fields);
    for (const error of problem.errors!) expect(error.expected).not.toBe('');
    // The client's mistake is no error of the slot: it must not roll a release back.
    expect(lines()).toMatchObject([{ InvalidRequests: 1, slot: 'green' }]);
    expect(lines()[0]).not.toHaveProperty('Errors');
  });

  it('is refused with 413 when the body is too large', async () => {
    const { post } = await shopService();
    const body = { entity: 'ann', features: { ...FEATURES, channel: 'x'.repeat(70_000) } };
    expect(problemOf(await post(body)).status).toBe(413);
  });

  it('is refused with 404 for another model or path and with 405 for another method', async () => {
    const { service } = await shopService();
    const ask = async (method: string, path: string) => problemOf(await service(apiEvent(method, path)));
    expect(await ask('POST', '/models/churn/predictions')).toMatchObject({
      status: 404,
      errors: [{ field: 'model', expected: "'shop'", got: "'churn'" }],
    });
    expect((await ask('GET', '/health')).status).toBe(404);
    expect((await ask('POST', '/models/shop/constructor')).status).toBe(404);
    expect(await ask('DELETE', PATH)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});

describe('other requests', () => {
  it('tells which version serves', async () => {
    const { service } = await shopService();
    const answer = (await service(apiEvent('GET', '/models/shop'))) as HttpAnswer;
    expect(JSON.parse(answer.body)).toMatchObject({ model: 'shop', version: 7, run: 'run-7', slot: 'green' });
  });

  it('answers 503 with Retry-After while there is no champion', async () => {
    const { effects, written } = await shopService();
    const service = createService('shop', null, effects);
    for (const event of [apiEvent('POST', PATH, {}), apiEvent('GET', '/models/shop')]) {
      const problem = problemOf(await service(event));
      expect(problem).toMatchObject({
        status: 503,
        detail: expect.stringContaining('no champion yet'),
        headers: { 'retry-after': '60' },
      });
    }
    expect(written).toEqual([]);
  });

  it('scores parsed rows for the release machine and logs nothing', async () => {
    const { service, post, written } = await shopService();
    const row = { amount: 50, visits: 2, many_clicks: 1, channel: 'shop' };
    const rows = [row, { ...row, channel: 'never heard of' }, { ...row, visits: null }];
    const { scores, version } = (await service({ kind: 'score', rows })) as {
      scores: number[];
      version: number;
    };
    expect(version).toBe(7);
    expect(scores).toHaveLength(3);
    expect(written).toEqual([]);
    const answer = JSON.parse((await post({ entity: 'ann', features: FEATURES })).body);
    expect(scores[0]).toBe(answer.score);
  });

  it('refuses a score request that is malformed or has no model', async () => {
    const { service, effects } = await shopService();
    await expect(service({ kind: 'score', rows: [] })).rejects.toThrow();
    await expect(createService('shop', null, effects)({ kind: 'score', rows: [{}] })).rejects.toThrow(
      /no model sealed/,
    );
  });
});
