import {
  AwsError,
  type Caller,
  type Cloud,
  type HttpRequest,
  type HttpResponse,
  NotSupportedLocally,
  type Service,
  type Shape,
} from '../types.ts';
import { signedBy } from './authorization.ts';
import { decodeJson, encodeJson, encodeJsonError } from './json.ts';
import { decodeQuery, encodeQuery, encodeQueryError } from './query.ts';

/** One wire protocol, bound to one request. */
interface Codec {
  decode(): { readonly operation: string; readonly input: Shape };
  encode(operation: string, output: Shape): HttpResponse;
  encodeError(error: AwsError): HttpResponse;
}

/** The request's own form says which protocol it is, as some services speak more than one. */
function codecOf(request: HttpRequest, service: Service | undefined, requestId: string): Codec {
  const type = request.headers['content-type'] ?? '';
  if (request.headers['x-amz-target'] !== undefined) {
    const reply = type.startsWith('application/x-amz-json') ? type : 'application/x-amz-json-1.0';
    return {
      decode: () => decodeJson(request),
      encode: (_, output) => encodeJson(output, reply),
      encodeError: (error) => encodeJsonError(error, reply),
    };
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return {
      decode: () => decodeQuery(request),
      encode: (operation, output) => encodeQuery(operation, output, requestId),
      encodeError: (error) => encodeQueryError(error, requestId),
    };
  }
  const rest = service?.rest;
  if (rest && request.headers['smithy-protocol'] === undefined) {
    return {
      decode: () => rest.decode(request),
      encode: (operation, output) => rest.encode(operation, output),
      encodeError: (error) => rest.encodeError(error),
    };
  }
  const protocol = request.headers['smithy-protocol'] ?? 'an unknown protocol';
  return {
    decode: () => {
      throw new NotSupportedLocally(`${service?.name ?? 'the service'} over ${protocol}`);
    },
    encode: (_, output) => encodeJson(output, 'application/json'),
    encodeError: (error) => encodeJsonError(error, 'application/json'),
  };
}

/** A defect of the simulator itself is an InternalFailure to the caller, and a problem to report. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}

export interface Dispatcher {
  readonly cloud: Cloud;
  find(service: string): Service | undefined;
  requestId(): string;
  /** Told of every error that is the local cloud's own and not a part of what it plays. */
  problem(error: unknown): void;
}

function callerOf(accessKeyId: string, cloud: Cloud): Caller {
  const known = cloud.identify(accessKeyId);
  if (known) return known.caller;
  throw new AwsError('UnrecognizedClientException', `access key '${accessKeyId}' is not known here`, 403);
}

/** Answers one API request, whatever its protocol; never throws. */
export async function dispatch(request: HttpRequest, to: Dispatcher): Promise<HttpResponse> {
  const requestId = to.requestId();
  const signed = signedBy(request.headers, request.query);
  const service = signed && to.find(signed.service);
  const codec = codecOf(request, service, requestId);
  let response: HttpResponse;
  try {
    if (!signed) throw new AwsError('MissingAuthenticationToken', 'the request is not signed', 403);
    const caller = callerOf(signed.accessKeyId, to.cloud);
    if (!service) throw new NotSupportedLocally(`service '${signed.service}'`);
    const { operation, input } = codec.decode();
    response = codec.encode(operation, await to.cloud.call(caller, service.name, operation, input));
  } catch (e) {
    const error = asAwsError(e);
    if (!(e instanceof AwsError) || e instanceof NotSupportedLocally) to.problem(e);
    response = codec.encodeError(error);
  }
  return { ...response, headers: { 'x-amzn-requestid': requestId, ...response.headers } };
}
