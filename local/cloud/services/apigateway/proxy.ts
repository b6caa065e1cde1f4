import type { Shape } from '../../types.ts';
import { type Asked, callerArn, type Identity, logTime } from './context.ts';
import type { Api, Stage } from './records.ts';
import type { ApiResponse } from './responses.ts';

export interface ProxyRequest {
  /** As sent, by name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawQuery: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  readonly body: Buffer;
}

/** The event of a Lambda proxy integration, version 1.0. */
export function proxyEvent(
  where: { readonly api: Api; readonly stage: Stage; readonly account: string },
  asked: Asked,
  identity: Identity,
  request: ProxyRequest,
): Shape {
  const { api, stage, account } = where;
  const query = multi(new URLSearchParams(request.rawQuery));
  const userArn = identity.caller ? callerArn(identity.caller, account) : null;
  const binary = isBinary(api, request.headers['content-type']);
  return {
    resource: asked.resourcePath,
    path: asked.path,
    httpMethod: asked.method,
    headers: request.headers,
    multiValueHeaders: Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, [v]])),
    queryStringParameters: query && Object.fromEntries(Object.entries(query).map(([k, v]) => [k, v.at(-1)])),
    multiValueQueryStringParameters: query,
    pathParameters: request.pathParameters,
    stageVariables: stage.variables ?? null,
    requestContext: {
      resourceId: asked.resourceId,
      resourcePath: asked.resourcePath,
      operationName: undefined,
      httpMethod: asked.method,
      extendedRequestId: asked.extendedRequestId,
      requestTime: logTime(asked.at),
      path: `/${stage.name}${asked.path}`,
      accountId: account,
      protocol: 'HTTP/1.1',
      stage: stage.name,
      domainPrefix: asked.domainName.split('.')[0],
      requestTimeEpoch: asked.at,
      requestId: asked.requestId,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: userArn ? account : null,
        cognitoIdentityId: null,
        caller: userArn,
        sourceIp: identity.sourceIp,
        principalOrgId: null,
        accessKey: identity.accessKeyId ?? null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn,
        userAgent: identity.userAgent,
        user: userArn,
      },
      domainName: asked.domainName,
      deploymentId: stage.deployment.id,
      apiId: api.id,
    },
    body: request.body.length === 0 ? null : request.body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && request.body.length > 0,
  };
}

function multi(params: URLSearchParams): Record<string, string[]> | null {
  const out: Record<string, string[]> = {};
  for (const [name, value] of params) {
    out[name] ??= [];
    out[name].push(value);
  }
  return Object.keys(out).length > 0 ? out : null;
}

const isBinary = (api: Api, contentType: string | undefined): boolean =>
  api.binaryMediaTypes.some((type) => type === '*/*' || type === contentType?.split(';')[0]?.trim());

/**
 * The function's answer as HTTP; undefined when it has not the form of a proxy response, which is a 502.
 * @param accept the request's Accept header, which decides whether base64 is decoded
 */
export function proxyResponse(
  api: Api,
  payload: Buffer,
  accept: string | undefined,
): ApiResponse | undefined {
  let answer: Shape;
  try {
    answer = JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const status = Number(answer.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (answer.body !== undefined && answer.body !== null && typeof answer.body !== 'string') return undefined;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries((answer.headers ?? {}) as Record<string, Shape>)) {
    if (typeof value === 'object') return undefined;
    headers[name.toLowerCase()] = String(value);
  }
  for (const [name, values] of Object.entries((answer.multiValueHeaders ?? {}) as Record<string, Shape>)) {
    if (!Array.isArray(values)) return undefined;
    headers[name.toLowerCase()] = values.join(', ');
  }
  const text = (answer.body ?? '') as string;
  const decode = answer.isBase64Encoded === true && isBinary(api, accept?.split(',')[0]);
  return { status, headers, body: decode ? Buffer.from(text, 'base64') : text };
}
