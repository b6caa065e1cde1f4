import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Cloud, HttpMount, HttpRequest, HttpResponse } from '../types.ts';
import { type Dispatcher, dispatch } from './dispatch.ts';

async function read(message: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const [rawPath = '/', ...rest] = (message.url ?? '/').split('?');
  const rawQuery = rest.join('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: message.method ?? 'GET',
    rawPath,
    path: decode(rawPath),
    rawQuery,
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    headers,
    body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign: what was sent is what is meant.
    return path;
  }
}

async function write(response: HttpResponse, to: ServerResponse): Promise<void> {
  const { body } = response;
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0));
    // An answer to HEAD names a length that its body does not have.
    const length = response.headers?.['content-length'] ?? String(bytes.length);
    to.writeHead(response.status, { ...response.headers, 'content-length': length });
    to.end(bytes);
    return;
  }
  to.writeHead(response.status, response.headers);
  await pipeline(body, to);
}

const takes = (mount: HttpMount, request: HttpRequest): boolean =>
  request.path === mount.prefix ||
  request.path.startsWith(`${mount.prefix}/`) ||
  (mount.host?.test(request.headers['host'] ?? '') ?? false);

export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/**
 * Opens the one HTTP endpoint of a local cloud, on the loopback alone. `AWS_ENDPOINT_URL` set to it sends the SDK's
 * clients here; S3 clients use path style by themselves, because the host is an IP address.
 */
export async function openGateway(
  cloud: () => Cloud,
  to: Omit<Dispatcher, 'cloud'>,
  mounts: readonly HttpMount[],
): Promise<Gateway> {
  const server = createServer((message, reply) => {
    const handle = async (): Promise<void> => {
      const request = await read(message);
      const mount = mounts.find((m) => takes(m, request));
      const response = mount
        ? await mount.handle(request, cloud())
        : await dispatch(request, { ...to, cloud: cloud() });
      await write(response, reply);
    };
    cloud()
      .clock.busy('gateway', handle)
      .catch((e) => {
        // A client that went away, as a killed process does, is nobody's defect.
        if (!message.destroyed || message.complete) to.problem(e);
        reply.destroy();
      });
  });
  // Execution environments are frozen for as long as they like between invocations; their sockets must live on.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
