import { gunzipSync } from 'node:zlib';
import { AwsError, type HttpRequest, type HttpResponse, type Shape } from '../types.ts';

/** AWS JSON 1.0 and 1.1: the operation in `x-amz-target`, timestamps as epoch seconds, blobs as base64. */
export function decodeJson(request: HttpRequest): { readonly operation: string; readonly input: Shape } {
  const target = request.headers['x-amz-target'] ?? '';
  const operation = target.slice(target.lastIndexOf('.') + 1);
  // SDKs compress large requests to CloudWatch.
  const gzipped = request.headers['content-encoding'] === 'gzip';
  const text = (gzipped ? gunzipSync(request.body) : request.body).toString('utf8');
  try {
    return { operation, input: text === '' ? {} : JSON.parse(text) };
  } catch {
    throw new AwsError('SerializationException', `the body of ${operation} is not JSON`);
  }
}

function wire(this: unknown, key: string, value: unknown): unknown {
  // JSON.stringify has already asked Date.toJSON for `value`; the holder still has the Date.
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Date) return original.getTime() / 1000;
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
  return value;
}

export const toJson = (output: Shape): string => JSON.stringify(output ?? {}, wire);

export const encodeJson = (output: Shape, contentType: string): HttpResponse => ({
  status: 200,
  headers: { 'content-type': contentType },
  body: toJson(output),
});

export const encodeJsonError = (error: AwsError, contentType: string): HttpResponse => ({
  status: error.statusCode,
  headers: { 'content-type': contentType, 'x-amzn-errortype': error.name },
  body: toJson({ __type: error.name, message: error.message, Message: error.message, ...error.fields }),
});
