import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

const CONTENT_TYPE = 'application/problem+json';

/** What API Gateway answers by itself, as RFC 9457 problems: the same form as the functions' own answers. */
const RESPONSES: readonly {
  readonly type: ResponseType;
  readonly status: number;
  readonly title: string;
  /** A JSON expression: a quoted text or a context variable that is one. */
  readonly detail: string;
}[] = [
  {
    type: ResponseType.BAD_REQUEST_BODY,
    status: 400,
    title: 'Bad Request',
    detail: '"$context.error.validationErrorString"',
  },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    status: 400,
    title: 'Bad Request',
    detail: '$context.error.messageString',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 403,
    title: 'Forbidden',
    detail: '$context.error.messageString',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 403,
    title: 'Forbidden',
    detail: '"Sign the request with Signature Version 4, and check method and path."',
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    status: 403,
    title: 'Forbidden',
    detail: '"The signature of the request does not match."',
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    status: 403,
    title: 'Forbidden',
    detail: '"The credentials have expired."',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    title: 'Content Too Large',
    detail: '"A request may hold 10 MB."',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    title: 'Too Many Requests',
    detail: '"The rate limit is reached: wait and try again."',
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    title: 'Too Many Requests',
    detail: '"The quota of the client is used up."',
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    title: 'Gateway Timeout',
    detail: '"The model did not answer in time."',
  },
  {
    type: ResponseType.DEFAULT_4XX,
    status: 400,
    title: 'Bad Request',
    detail: '$context.error.messageString',
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    title: 'Internal Server Error',
    detail: '$context.error.messageString',
  },
];

/** Defaults keep the status that API Gateway found; the others state theirs. */
const isDefault = (type: ResponseType) =>
  type === ResponseType.DEFAULT_4XX || type === ResponseType.DEFAULT_5XX;

/** Gives an API its problem responses. */
export function addProblemResponses(api: RestApi): void {
  for (const { type, status, title, detail } of RESPONSES) {
    const headers: Record<string, string> = { 'Content-Type': `'${CONTENT_TYPE}'` };
    // One second refills the bucket by its whole rate.
    if (type === ResponseType.THROTTLED) headers['Retry-After'] = "'1'";
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: isDefault(type) ? undefined : String(status),
      responseHeaders: headers,
      templates: {
        'application/json': `{"type":"about:blank","title":"${title}","status":${status},"detail":${detail}}`,
      },
    });
  }
}
