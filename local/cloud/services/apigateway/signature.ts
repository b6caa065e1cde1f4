import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Caller, Cloud } from '../../types.ts';

export interface SignedRequest {
  readonly method: string;
  /** Path as sent, still encoded. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type Verdict =
  | { readonly caller: Caller; readonly accessKeyId: string }
  | { readonly refused: 'MISSING_AUTHENTICATION_TOKEN' | 'INVALID_SIGNATURE'; readonly message: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** Derived keys: four HMACs that stay the same for a day. */
const derived = new Map<string, Buffer>();
/** Above it the keys are forgotten: a rehearsal uses a few a day. */
const DERIVED_LIMIT = 1000;

/**
 * Verifies a Signature Version 4 `Authorization` header: the signature is computed again from the request as it came and
 * the secret of the key. The date is not compared with any clock: virtual time is not the caller's.
 */
export function verify(cloud: Cloud, request: SignedRequest): Verdict {
  const { authorization } = request.headers;
  if (!authorization) return missing('Missing Authentication Token');
  const parts = parse(authorization);
  if (!parts)
    return missing(
      `Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' of ${ALGORITHM}.`,
    );
  const known = cloud.identify(parts.accessKeyId);
  if (!known || (request.headers['x-amz-security-token'] ?? '') !== known.sessionToken)
    return {
      refused: 'INVALID_SIGNATURE',
      message: 'The security token included in the request is invalid.',
    };
  const date = request.headers['x-amz-date'] ?? '';
  const text = [ALGORITHM, date, parts.scope, sha256(canonical(request, parts.signedHeaders))].join('\n');
  const expected = hmac(signingKey(known.secretAccessKey, parts.scope), text);
  const given = Buffer.from(parts.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return {
      refused: 'INVALID_SIGNATURE',
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    };
  return { caller: known.caller, accessKeyId: parts.accessKeyId };
}

interface Parts {
  readonly accessKeyId: string;
  /** `date/region/service/aws4_request` */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parse(authorization: string): Parts | undefined {
  if (!authorization.startsWith(`${ALGORITHM} `)) return undefined;
  const field = (name: string) => authorization.match(new RegExp(`${name}=([^,\\s]+)`))?.[1];
  const [accessKeyId, ...scope] = field('Credential')?.split('/') ?? [];
  const signedHeaders = field('SignedHeaders')?.split(';');
  const signature = field('Signature');
  if (!accessKeyId || scope.length !== 4 || !signedHeaders || !signature) return undefined;
  if (scope[2] !== 'execute-api' || scope[3] !== 'aws4_request') return undefined;
  return { accessKeyId, scope: scope.join('/'), signedHeaders, signature };
}

/** The canonical request (IAM user guide, "Create a canonical request"). */
function canonical(request: SignedRequest, signedHeaders: readonly string[]): string {
  const { headers } = request;
  const told = headers['x-amz-content-sha256'];
  return [
    request.method,
    // Every service but S3 encodes the path a second time.
    request.rawPath.split('/').map(encode).join('/') || '/',
    canonicalQuery(request.rawQuery),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    told === 'UNSIGNED-PAYLOAD' ? told : sha256(request.body),
  ].join('\n');
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  return rawQuery
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value))}`;
    })
    .sort()
    .join('&');
}

function signingKey(secret: string, scope: string): Buffer {
  const id = `${secret}/${scope}`;
  let key = derived.get(id);
  if (!key) {
    key = scope.split('/').reduce<Buffer | string>((k, part) => hmac(k, part), `AWS4${secret}`) as Buffer;
    if (derived.size >= DERIVED_LIMIT) derived.clear();
    derived.set(id, key);
  }
  return key;
}

const missing = (message: string): Verdict => ({ refused: 'MISSING_AUTHENTICATION_TOKEN', message });
