import { HEADERS } from '../../contracts/names.ts';
import type { ModelInfo, ScoreResponse } from '../../contracts/prediction.ts';
import { type HttpAnswer, ProblemError, problem } from '../shared/http/problem.ts';
import { type ApiEvent, jsonBody, route } from '../shared/http/request.ts';
import { readEnvelope } from './envelope.ts';
import type { Output } from './output.ts';
import type { Predictor } from './predict.ts';
import { readScoreRequest } from './score-request.ts';
import type { Sealed } from './sealed.ts';

/** A version that can answer. */
export interface Serving {
  readonly sealed: Sealed;
  readonly predictor: Predictor;
  readonly output: Output;
}

/** What the service does to the world. */
export interface Effects {
  /** Writes text to stdout. */
  readonly write: (text: string) => void;
  readonly now: () => Date;
  /** Milliseconds since some instant, monotonic. */
  readonly elapsed: () => number;
  readonly newId: () => string;
}

const ROUTES = { predictions: 'POST', '': 'GET' } as const;

/** Seconds after which a client may ask again whether there is a champion: a first release takes some minutes. */
const RETRY_AFTER_SECONDS = 60;

const JSON_TYPE = 'application/json';

/**
 * Answers API requests and direct score requests of one published version.
 * @param model name of the model
 * @param serving null when nothing was sealed into this version
 */
export function createService(model: string, serving: Serving | null, effects: Effects) {
  const identity: Record<string, string> = serving
    ? { [HEADERS.version]: String(serving.sealed.version), [HEADERS.run]: serving.sealed.run }
    : {};
  const ok = { 'content-type': JSON_TYPE, ...identity };

  return async (event: unknown): Promise<HttpAnswer | ScoreResponse> => {
    if ((event as { kind?: unknown }).kind === 'score') return score(event);
    try {
      const word = route(event as ApiEvent, model, ROUTES);
      if (!serving) return noChampion();
      return word === '' ? info(serving) : await predict(serving, event as ApiEvent);
    } catch (e) {
      if (!(e instanceof ProblemError)) throw e;
      if (serving) effects.write(serving.output.invalid(effects.now()));
      return { ...e.answer, headers: { ...e.answer.headers, ...identity } };
    }
  };

  async function predict({ sealed, predictor, output }: Serving, event: ApiEvent): Promise<HttpAnswer> {
    const request = readEnvelope(jsonBody(event));
    const started = effects.elapsed();
    const latency = () => Math.round((effects.elapsed() - started) * 1000) / 1000;
    const predictionId = request.predictionId ?? effects.newId();
    const headers = { ...ok, [HEADERS.prediction]: predictionId };
    try {
      const { row, score, degraded } = await predictor.predict(request.features);
      const body = JSON.stringify({ predictionId, model, version: sealed.version, score, degraded });
      const { entity } = request;
      const answered = { predictionId, entity, features: row, score, latencyMs: latency(), degraded };
      effects.write(output.answered(effects.now(), answered));
      return { statusCode: 200, headers, body };
    } catch (e) {
      if (e instanceof ProblemError) throw e;
      effects.write(output.failed(effects.now(), latency(), predictionId, e));
      return problem(500, `the prediction failed; the log of ${predictionId} says why`, {
        headers: { ...headers, 'content-type': 'application/problem+json' },
      });
    }
  }

  function noChampion(): HttpAnswer {
    return problem(503, `no champion yet: the first version of ${model} is not released`, {
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    });
  }

  function info({ sealed, predictor }: Serving): HttpAnswer {
    const { version, run, slot } = sealed;
    const features = predictor.signature.features.map(({ name, kind }) => ({ name, kind }));
    const body: ModelInfo = { model, version, run, slot, features };
    return { statusCode: 200, headers: ok, body: JSON.stringify(body) };
  }

  /** No prediction line and no metric: the release machine asks, not a client. */
  async function score(event: unknown): Promise<ScoreResponse> {
    if (!serving) throw new Error(`${model}: this version has no model sealed into it`);
    const { rows } = readScoreRequest(event);
    return { version: serving.sealed.version, scores: await serving.predictor.scoreRows(rows) };
  }
}
