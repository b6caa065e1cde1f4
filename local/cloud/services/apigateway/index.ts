import {
  type HttpMount,
  type HttpRequest,
  type HttpResponse,
  NotSupportedLocally,
  type Service,
} from '../../types.ts';
import { apiResources } from './api-resources.ts';
import type { StageRequest } from './exchange.ts';
import { Pipeline } from './pipeline.ts';
import type { ApiResponse } from './responses.ts';
import { stageResources } from './stage-resources.ts';
import { ApiStore } from './store.ts';

export type { StageRequest } from './exchange.ts';
export type { ApiResponse } from './responses.ts';

export interface ApiGatewayService extends Service {
  /**
   * A request to a stage without HTTP: everything else is as over HTTP. With `caller` it needs no signature.
   * Time stands still meanwhile.
   */
  request(request: StageRequest): Promise<ApiResponse>;
  /** URL of a stage at this cloud's endpoint, without a slash at the end. */
  url(apiId: string, stage: string): string;
}

const PREFIX = '/_api';
const HOST = /^([a-z0-9]+)\.execute-api\./;

/** API Gateway: REST APIs with Lambda proxy integrations. */
export function createApiGateway(): ApiGatewayService {
  let started:
    | {
        readonly store: ApiStore;
        readonly pipeline: Pipeline;
        readonly request: ApiGatewayService['request'];
        readonly endpoint: string;
      }
    | undefined;
  const running = () => {
    if (!started) throw new Error('apigateway: the cloud has not started');
    return started;
  };
  const mount: HttpMount = {
    prefix: PREFIX,
    host: HOST,
    handle: async (request) => toHttp(await running().request(fromHttp(request))),
  };
  return {
    name: 'apigateway',
    protocol: 'rest',
    operations: {},
    rest: {
      decode: ({ method, path }) => {
        throw new NotSupportedLocally(`apigateway ${method} ${path}`);
      },
      encode: (_operation, output) => ({ status: 200, body: JSON.stringify(output) }),
      encodeError: (error) => ({
        status: error.statusCode,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.name },
        body: JSON.stringify({ message: error.message }),
      }),
    },
    resources: [...apiResources(() => running().store), ...stageResources(() => running().store)],
    mounts: [mount],
    start(cloud) {
      const store = new ApiStore(cloud.random);
      const pipeline = new Pipeline(cloud, store);
      const request = (r: StageRequest) =>
        cloud.clock.busy(`${r.method} ${r.path}`, () => pipeline.answer(r));
      started = { store, pipeline, request, endpoint: cloud.endpoint };
    },
    request: (request) => running().request(request),
    url: (apiId, stage) => `${running().endpoint}${PREFIX}/${apiId}/${stage}`,
  };
}

/** `/_api/<api>/<stage>/path`, or `/<stage>/path` at the host of the API. */
function fromHttp(http: HttpRequest): StageRequest {
  const api = http.headers['host']?.match(HOST)?.[1];
  const parts = http.rawPath.split('/').slice(1);
  const [apiId = '', stage = '', ...path] = api ? [api, ...parts] : parts.slice(1);
  return {
    apiId,
    stage,
    method: http.method,
    path: `/${path.join('/')}`,
    rawQuery: http.rawQuery ?? '',
    headers: http.headers,
    body: http.body,
    signedPath: http.rawPath,
  };
}

const toHttp = ({ status, headers, body }: ApiResponse): HttpResponse => ({ status, headers, body });
