import { AwsError, type Caller, type Cloud, type Shape } from '../../types.ts';
import { arnOf } from '../common.ts';
import { account } from './accounting.ts';
import { Admission } from './admission.ts';
import { type Asked, contextOf, escaped, type Identity } from './context.ts';
import { type Exchange, Refused, refuse, type StageRequest } from './exchange.ts';
import { proxyEvent, proxyResponse } from './proxy.ts';
import { type ApiResponse, type GatewayError, gatewayResponse } from './responses.ts';
import { findMethod } from './routing.ts';
import type { ApiStore } from './store.ts';
import { validate } from './validation.ts';

const INTERNAL = 'Internal server error';
/** API Gateway's limit of a payload. */
const PAYLOAD_LIMIT_BYTES = 10 * 1024 * 1024;

/** Takes a request through authorisation, limits, validation and the integration, as a REST API does. */
export class Pipeline {
  readonly #cloud: Cloud;
  readonly #store: ApiStore;
  readonly #admission: Admission;

  constructor(cloud: Cloud, store: ApiStore) {
    this.#cloud = cloud;
    this.#store = store;
    this.#admission = new Admission(cloud, store);
  }

  async answer(request: StageRequest): Promise<ApiResponse> {
    const began = performance.now();
    const api = this.#store.apis.get(request.apiId);
    const stage = api?.stages.get(request.stage);
    const requestId = this.#cloud.random.uuid();
    const always = { 'x-amzn-requestid': requestId };
    if (!api || !stage)
      return {
        status: 403,
        headers: { ...always, 'x-amzn-errortype': 'ForbiddenException' },
        body: '{"message":"Forbidden"}',
      };
    const headers = lowerCase(request.headers ?? {});
    const path = decodePath(request.path);
    const match = findMethod(stage.deployment, request.method, path);
    const asked: Asked = {
      requestId,
      extendedRequestId: this.#cloud.random.hex(16),
      method: request.method,
      path,
      resourcePath: match?.method.resourcePath,
      resourceId: match?.method.resourceId,
      at: this.#cloud.clock.now(),
      domainName: headers['host'] ?? `${api.id}.execute-api.${this.#cloud.region}.amazonaws.com`,
    };
    const identity: Identity = {
      caller: request.caller,
      accessKeyId: undefined,
      sourceIp: request.sourceIp ?? '127.0.0.1',
      userAgent: headers['user-agent'] ?? null,
    };
    const context = contextOf(this.#cloud, api, stage, asked, identity);
    const body =
      typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? Buffer.alloc(0));
    let response: ApiResponse;
    try {
      if (!match) return refuse('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token');
      response = await this.#serve({ api, stage, request, headers, body, match, asked, context }, identity);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      describe(context, error.error);
      response = gatewayResponse(error.error, stage.deployment.responses, context, headers);
    }
    const latencyMs = performance.now() - began;
    account(this.#cloud, { api, stage, method: match?.method, response, context, latencyMs });
    return { ...response, headers: { ...always, ...response.headers } };
  }

  async #serve(x: Exchange, identity: Identity): Promise<ApiResponse> {
    if (x.body.length > PAYLOAD_LIMIT_BYTES) refuse('REQUEST_TOO_LARGE', 'Request Too Long');
    const known = this.#admission.admit(x, identity);
    const params = Object.fromEntries(new URLSearchParams(x.request.rawQuery ?? ''));
    const invalid = validate(x.match.method, {
      headers: x.headers,
      query: params,
      pathParameters: x.match.pathParameters,
      body: x.body,
    });
    if (invalid) refuse(invalid.type, invalid.message, { details: invalid.details });
    return await this.#integrate(x, known);
  }

  async #integrate(x: Exchange, identity: Identity): Promise<ApiResponse> {
    const { api, stage, asked, match } = x;
    const event = proxyEvent({ api, stage, account: this.#cloud.account }, asked, identity, {
      headers: x.request.headers ?? {},
      rawQuery: x.request.rawQuery ?? '',
      pathParameters: match.pathParameters,
      body: x.body,
    });
    const began = performance.now();
    const output = await this.#invoke(x, JSON.stringify(event));
    x.context['integrationLatency'] = String(Math.round(performance.now() - began));
    x.context['integration.requestId'] = asked.requestId;
    x.context['integration.status'] = String(output.StatusCode);
    if (output.FunctionError) return refuse('DEFAULT_5XX', INTERNAL, { status: 502 });
    const response = proxyResponse(api, output.Payload, x.headers['accept']);
    return response ?? refuse('DEFAULT_5XX', INTERNAL, { status: 502 });
  }

  async #invoke({ api, stage, match }: Exchange, payload: string): Promise<Shape> {
    const { integration, httpMethod, resourcePath } = match.method;
    const sourceArn = arnOf(
      this.#cloud,
      'execute-api',
      `${api.id}/${stage.name}/${httpMethod}${resourcePath}`,
    );
    const caller: Caller = { kind: 'service', principal: 'apigateway.amazonaws.com', sourceArn };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), integration.timeoutMs);
    });
    try {
      const call = this.#cloud.call(caller, 'lambda', 'Invoke', {
        FunctionName: integration.functionArn,
        Payload: payload,
      });
      const output = await Promise.race([call, late]);
      if (output === 'late') return refuse('INTEGRATION_TIMEOUT', 'Endpoint request timed out');
      return output;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#cloud.trace('apigateway', `${resourcePath}: ${error.name}: ${error.message}`);
      if (error.name === 'RequestTooLargeException') return refuse('REQUEST_TOO_LARGE', 'Request Too Long');
      // Whatever keeps the function from running, throttling included, is a 500 to the client.
      const type = error.name === 'AccessDenied' ? 'API_CONFIGURATION_ERROR' : 'INTEGRATION_FAILURE';
      return refuse(type, INTERNAL, { status: 500 });
    } finally {
      clearTimeout(timer);
    }
  }
}

function describe(context: Record<string, string>, error: GatewayError): void {
  context['error.message'] = escaped(error.message);
  context['error.messageString'] = JSON.stringify(error.message);
  context['error.validationErrorString'] = escaped(error.details ?? error.message);
  context['error.responseType'] = error.type;
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A path that is no valid encoding matches nothing. */
function decodePath(path: string): string {
  try {
    return path.split('/').map(decodeURIComponent).join('/');
  } catch {
    return path;
  }
}
