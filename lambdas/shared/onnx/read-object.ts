import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import { CoalmineError, describeError } from '../errors.ts';
import type { ReadObject } from './load.ts';

/** Attempts in all, as in the SDK's standard mode. */
const ATTEMPTS = 3;
/** First pause between attempts, ms; it doubles. */
const PAUSE_MS = 50;
/** Silence on the connection after which an attempt is given up, ms. */
const SILENCE_MS = 5000;

/** S3 answered with an error; `name` is its code, e.g. `AccessDenied`, and what it says is in the message. */
export class ObjectUnreadable extends Error {
  readonly status: number;
  constructor(status: number, body: string, key: string) {
    const name = elementOf(body, 'Code') ?? 'Unknown';
    const said = elementOf(body, 'Message');
    // It names who may not do what: the key of the bucket may be what is denied, and not the object.
    super(`S3 answers ${status} ${name} to reading ${key}${said ? `: ${said}` : ''}`);
    this.name = name;
    this.status = status;
  }
}

/** Text of an element of S3's error document. */
const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`)
    .exec(xml)?.[1]
    ?.replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'");

/** SHA-256 for the signer, by Node.js. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) this.#hash = createHash('sha256');
    else this.#hash = createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a digest of the signer is used once');
  }
}
const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a bucket is: its own host on AWS, a path below an endpoint that is set. */
function locate(env: Environment, bucket: string): URL {
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  if (endpoint) return new URL(`${endpoint.replace(/\/$/, '')}/${bucket}/`);
  const region = env['AWS_REGION'];
  return new URL(`https://${bucket}.s3.${region}.amazonaws.com${region?.startsWith('cn-') ? '.cn' : ''}/`);
}

/**
 * Loaded when it is known which, as TLS costs a start some 15 ms that plain HTTP does not need; and not by `import`,
 * which would touch every export of `node:http` and with them load the whole of fetch and WebSocket, 30 ms.
 */
const transport = (url: URL) =>
  url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');

function get(url: URL, headers: Record<string, string>): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = transport(url).request(
      url,
      { headers, timeout: SILENCE_MS },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.complete) resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
          else reject(new Error('the connection was closed in the middle of the object'));
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no byte for ${SILENCE_MS} ms`)));
    request.on('error', reject);
    request.end();
  });
}

/**
 * Reads versions of objects with plain signed requests. Not the SDK's S3 client: importing that takes longer than
 * everything else in the inference function's cold start together, and all that it needs is GetObject.
 * @param env region, credentials and endpoint, by the names that Lambda gives them
 * @returns a reader that throws ObjectUnreadable for what is not there, and CoalmineError ArtifactUnreadable otherwise
 */
export function createObjectReader(env: Environment, bucket: string): ReadObject {
  const base = locate(env, bucket);
  const signer = new SignatureV4({
    service: 's3',
    region: env['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      ...(env['AWS_SESSION_TOKEN'] && { sessionToken: env['AWS_SESSION_TOKEN'] }),
    },
    sha256: Sha256,
    // S3 is the one service whose paths are signed as they are sent.
    uriEscapePath: false,
  });

  const once = async (key: string, versionId: string): Promise<Buffer> => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const url = new URL(`${base.pathname}${path}?versionId=${encodeURIComponent(versionId)}`, base);
    const signed = await signer.sign({
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: { versionId },
      headers: { host: url.host },
    });
    const { status, body } = await get(url, signed.headers);
    if (status === 200) return body;
    throw new ObjectUnreadable(status, body.toString(), key);
  };

  return async (key, versionId) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(key, versionId);
      } catch (e) {
        const status = e instanceof ObjectUnreadable ? e.status : undefined;
        // What is not there is the fault of the version; anything else is one of the store, its key or the way to it.
        if (status === 404) throw e;
        const final = status !== undefined && status < 500 && status !== 429;
        if (final || attempt === ATTEMPTS)
          throw new CoalmineError('ArtifactUnreadable', describeError(e).message, { cause: e });
        await setTimeout(PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  };
}
