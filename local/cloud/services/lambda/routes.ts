import {
  type AwsError,
  type HttpRequest,
  type HttpResponse,
  NotSupportedLocally,
  type RestCodec,
  type Shape,
} from '../../types.ts';

type Decode = (names: Readonly<Record<string, string>>, request: HttpRequest) => Shape;
interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: string;
  readonly decode: Decode;
}

const body = ({ body }: HttpRequest): Shape => (body.length === 0 ? {} : JSON.parse(body.toString()));
const withBody: Decode = (names, request) => ({ ...body(request), ...names });
const withQuery: Decode = (names, { query }) => ({ ...names, ...query });

/** `{Name}` in a path becomes a named group. */
const route = (method: string, path: string, operation: string, decode: Decode): Route => ({
  method,
  path: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`),
  operation,
  decode,
});

const F = '/2015-03-31/functions';
const ROUTES: readonly Route[] = [
  route('POST', `${F}/{FunctionName}/invocations`, 'Invoke', (names, { query, headers, body }) => ({
    ...names,
    Qualifier: query['Qualifier'],
    InvocationType: headers['x-amz-invocation-type'],
    LogType: headers['x-amz-log-type'],
    ClientContext: fromBase64(headers['x-amz-client-context']),
    Payload: body,
  })),
  route('GET', F, 'ListFunctions', withQuery),
  route('GET', `${F}/{FunctionName}`, 'GetFunction', withQuery),
  route('DELETE', `${F}/{FunctionName}`, 'DeleteFunction', withQuery),
  route('GET', `${F}/{FunctionName}/configuration`, 'GetFunctionConfiguration', withQuery),
  route('PUT', `${F}/{FunctionName}/configuration`, 'UpdateFunctionConfiguration', withBody),
  route('GET', `${F}/{FunctionName}/versions`, 'ListVersionsByFunction', withQuery),
  route('POST', `${F}/{FunctionName}/versions`, 'PublishVersion', withBody),
  route('GET', `${F}/{FunctionName}/aliases`, 'ListAliases', withQuery),
  route('POST', `${F}/{FunctionName}/aliases`, 'CreateAlias', withBody),
  route('GET', `${F}/{FunctionName}/aliases/{Name}`, 'GetAlias', withQuery),
  route('PUT', `${F}/{FunctionName}/aliases/{Name}`, 'UpdateAlias', withBody),
  route('GET', `${F}/{FunctionName}/policy`, 'GetPolicy', withQuery),
  route('PUT', '/2017-10-31/functions/{FunctionName}/concurrency', 'PutFunctionConcurrency', withBody),
  route('DELETE', '/2017-10-31/functions/{FunctionName}/concurrency', 'DeleteFunctionConcurrency', withQuery),
  route('GET', '/2019-09-30/functions/{FunctionName}/concurrency', 'GetFunctionConcurrency', withQuery),
  route(
    'GET',
    '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    'GetFunctionEventInvokeConfig',
    withQuery,
  ),
];

/** Statuses other than 200. */
const STATUS: Readonly<Record<string, number>> = {
  PublishVersion: 201,
  CreateAlias: 201,
  DeleteFunction: 204,
  DeleteFunctionConcurrency: 204,
};

const fromBase64 = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : Buffer.from(text, 'base64').toString();
const JSON_TYPE = { 'content-type': 'application/json' };

/** Lambda's REST API, by the paths of its SDK. */
export const lambdaCodec: RestCodec = {
  decode(request) {
    for (const { method, path, operation, decode } of ROUTES) {
      const found = method === request.method ? request.path.match(path) : null;
      if (found) return { operation, input: decode(found.groups ?? {}, request) };
    }
    throw new NotSupportedLocally(`lambda ${request.method} ${request.path}`);
  },

  encode(operation, output) {
    if (operation === 'Invoke') return encodeInvoke(output);
    const status = STATUS[operation] ?? 200;
    return status === 204 ? { status } : { status, headers: JSON_TYPE, body: JSON.stringify(output) };
  },

  encodeError(error: AwsError): HttpResponse {
    const { retryAfterSeconds, ...fields } = error.fields;
    return {
      status: error.statusCode,
      headers: {
        ...JSON_TYPE,
        // Lambda has its own name for what IAM denies.
        'x-amzn-errortype': error.name === 'AccessDenied' ? 'AccessDeniedException' : error.name,
        ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      },
      body: JSON.stringify({ ...fields, Message: error.message, message: error.message }),
    };
  },
};

function encodeInvoke(output: Shape): HttpResponse {
  const headers: Record<string, string> = { ...JSON_TYPE };
  if (output.ExecutedVersion) headers['x-amz-executed-version'] = output.ExecutedVersion;
  if (output.FunctionError) headers['x-amz-function-error'] = output.FunctionError;
  if (output.LogResult) headers['x-amz-log-result'] = output.LogResult;
  return { status: output.StatusCode, headers, body: output.Payload ?? '' };
}
