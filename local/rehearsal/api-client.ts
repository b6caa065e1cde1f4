import type { OutcomeRequest, PredictionRequest } from '../../contracts/prediction.ts';
import type { ApiGatewayService } from '../cloud/services/apigateway/index.ts';
import type { Caller } from '../cloud/types.ts';

export interface Answer {
  readonly status: number;
  readonly version: number | null;
  readonly body: unknown;
}

/** The application that asks for predictions and reports outcomes, with its own role. */
export class ApiClient {
  readonly #api: ApiGatewayService;
  readonly #target: { apiId: string; stage: string };
  readonly #caller: Caller;
  readonly #model: string;
  /** Answers by status. */
  readonly statuses = new Map<number, number>();

  constructor(api: ApiGatewayService, url: string, model: string, caller: Caller) {
    this.#api = api;
    this.#target = parseApiUrl(url);
    this.#model = model;
    this.#caller = caller;
  }

  predict(request: PredictionRequest): Promise<Answer> {
    return this.#post('predictions', request);
  }

  report(outcome: OutcomeRequest): Promise<Answer> {
    return this.#post('outcomes', outcome);
  }

  async #post(what: string, body: object): Promise<Answer> {
    const answer = await this.#api.request({
      ...this.#target,
      method: 'POST',
      path: `/models/${this.#model}/${what}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      caller: this.#caller,
    });
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    const version = answer.headers['x-model-version'];
    return {
      status: answer.status,
      version: version === undefined ? null : Number(version),
      body: parseBody(answer.body.toString()),
    };
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `https://<id>.execute-api.<region>.amazonaws.com/<stage>/` → id and stage. */
export function parseApiUrl(url: string): { apiId: string; stage: string } {
  const { hostname, pathname } = new URL(url);
  return { apiId: hostname.split('.')[0]!, stage: pathname.split('/')[1]! };
}
