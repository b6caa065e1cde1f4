import { describe, expect, it } from 'vitest';
import { outcomeLineSchema } from '../../contracts/prediction.ts';
import { createService } from '../../lambdas/outcomes/service.ts';
import { apiEvent, problemOf } from '../fixtures/api.ts';

function outcomes() {
  const written: string[] = [];
  const service = createService('fraud', {
    write: (text) => written.push(text),
    now: () => new Date('2026-11-20T10:00:00Z'),
  });
  return {
    written,
    post: (body: unknown) => service(apiEvent('POST', '/models/fraud/outcomes', body)),
    service,
  };
}

describe('reporting an outcome', () => {
  it('is accepted and leaves one line in the log', async () => {
    const { post, written } = outcomes();
    const answer = await post({ predictionId: 'p1', label: 1, at: '2026-11-19T08:00:00Z' });
    expect(answer.statusCode).toBe(202);
    expect(written).toHaveLength(1);
    expect(written[0]!.endsWith('\n')).toBe(true);
    expect(outcomeLineSchema.parse(JSON.parse(written[0]!))).toEqual({
      event: 'outcome',
      predictionId: 'p1',
      model: 'fraud',
      at: '2026-11-19T08:00:00Z',
      label: 1,
    });
  });

  it('dates an outcome without a time to now', async () => {
    const { post } = outcomes();
    expect(JSON.parse((await post({ predictionId: 'p1', label: 0 })).body)).toMatchObject({
      at: '2026-11-20T10:00:00.000Z',
    });
  });

  it('answers the same to the same outcome sent twice', async () => {
    const { post } = outcomes();
    const body = { predictionId: 'p1', label: 0, at: '2026-11-19T08:00:00Z' };
    expect(await post(body)).toEqual(await post(body));
  });

  it.each([
    ['a label of another kind', { predictionId: 'p1', label: 'yes' }, 'label'],
    ['a missing prediction id', { label: 1 }, 'predictionId'],
    ['a time that is none', { predictionId: 'p1', label: 1, at: 'yesterday' }, 'at'],
    ['an unknown field', { predictionId: 'p1', label: 1, score: 0.5 }, 'score'],
  ])('refuses %s and names the field', async (_, body, field) => {
    const { post, written } = outcomes();
    const { status, errors } = problemOf(await post(body));
    expect({ status, fields: errors?.map((e) => e.field) }).toEqual({ status: 400, fields: [field] });
    expect(written).toEqual([]);
  });

  it('refuses what is not JSON, another model and another method', async () => {
    const { service, post } = outcomes();
    expect(problemOf(await post('{')).status).toBe(400);
    expect(problemOf(await service(apiEvent('POST', '/models/churn/outcomes', {}))).status).toBe(404);
    expect(problemOf(await service(apiEvent('GET', '/models/fraud/outcomes'))).status).toBe(405);
  });
});
