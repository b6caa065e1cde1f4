import { NotSupportedLocally } from '../../types.ts';
import { type Context, substitute } from './context.ts';
import type { CustomResponse } from './records.ts';

/** Gateway responses and their status by default (API Gateway developer guide, "Gateway response types"). */
export const STATUS = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  BAD_REQUEST_BODY: 400,
  BAD_REQUEST_PARAMETERS: 400,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  INVALID_API_KEY: 403,
  INVALID_SIGNATURE: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  QUOTA_EXCEEDED: 429,
  REQUEST_TOO_LARGE: 413,
  RESOURCE_NOT_FOUND: 404,
  THROTTLED: 429,
  DEFAULT_4XX: 403,
  DEFAULT_5XX: 502,
} as const;
export type ResponseType = keyof typeof STATUS;

/** `x-amzn-ErrorType` by response type. */
const ERROR_TYPE: Partial<Record<ResponseType, string>> = {
  ACCESS_DENIED: 'AccessDeniedException',
  BAD_REQUEST_BODY: 'BadRequestException',
  BAD_REQUEST_PARAMETERS: 'BadRequestException',
  INVALID_API_KEY: 'ForbiddenException',
  INVALID_SIGNATURE: 'InvalidSignatureException',
  MISSING_AUTHENTICATION_TOKEN: 'MissingAuthenticationTokenException',
  QUOTA_EXCEEDED: 'LimitExceededException',
  REQUEST_TOO_LARGE: 'RequestTooLargeException',
  THROTTLED: 'TooManyRequestsException',
  DEFAULT_4XX: 'ForbiddenException',
};

export interface GatewayError {
  readonly type: ResponseType;
  /** Instead of the type's own status. */
  readonly status?: number;
  readonly message: string;
  readonly details?: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What API Gateway answers by itself: the API's own response of that type, its default one, or AWS's. */
export function gatewayResponse(
  error: GatewayError,
  custom: ReadonlyMap<string, CustomResponse>,
  context: Context,
  requestHeaders: Readonly<Record<string, string>>,
): ApiResponse {
  const found = error.status ?? STATUS[error.type];
  const own = custom.get(error.type) ?? custom.get(found < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amzn-errortype': ERROR_TYPE[error.type] ?? 'InternalServerErrorException',
  };
  for (const [name, value] of Object.entries(own?.headers ?? {}))
    headers[name.replace('gatewayresponse.header.', '').toLowerCase()] = parameter(
      value,
      context,
      requestHeaders,
    );
  const template = own?.templates['application/json'] ?? Object.values(own?.templates ?? {})[0];
  return {
    status: own?.status ?? found,
    headers,
    body: substitute(template ?? '{"message":$context.error.messageString}', context, '""'),
  };
}

/** A header's value: a quoted text, a context variable or a header of the request. */
function parameter(text: string, context: Context, headers: Readonly<Record<string, string>>): string {
  const quoted = text.match(/^'(.*)'$/)?.[1];
  if (quoted !== undefined) return quoted;
  if (text.startsWith('context.')) return substitute(`$${text}`, context, '');
  const header = text.match(/^method\.request\.header\.(.+)$/)?.[1];
  if (header) return headers[header.toLowerCase()] ?? '';
  throw new NotSupportedLocally(`API Gateway response parameter ${text}`);
}
