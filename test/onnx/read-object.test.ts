import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createObjectReader } from '../../lambdas/shared/onnx/read-object.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

interface Reply {
  readonly status: number;
  readonly body?: string;
  /** Closes the connection before the body is complete. */
  readonly cut?: boolean;
}

/** An S3 that gives these replies in turn, and what it was asked. */
async function s3(replies: Reply[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const { status, body = '', cut } = replies.shift()!;
    response.writeHead(status, { 'content-length': body.length + (cut ? 10 : 0) });
    response.write(body, () => (cut ? response.destroy() : response.end()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  return { asked, read: createObjectReader(env, 'artifacts') };
}

const error = (code: string, message = '') =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

describe('reading an object', () => {
  it('asks for the version, signed for S3 with the credentials of the role', async () => {
    const { asked, read } = await s3([{ status: 200, body: 'bytes' }]);
    expect(Buffer.from(await read('models/shop/a b+c.json', 'v/1')).toString()).toBe('bytes');
    const { url, headers } = asked[0]!;
    expect(url).toBe('/artifacts/models/shop/a%20b%2Bc.json?versionId=v%2F1');
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/s3\/aws4_request/,
    );
    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tries again when S3 fails or the connection breaks', async () => {
    const { asked, read } = await s3([
      { status: 503, body: error('SlowDown') },
      { status: 200, body: 'half', cut: true },
      { status: 200, body: 'whole' },
    ]);
    expect(Buffer.from(await read('k', 'v')).toString()).toBe('whole');
    expect(asked).toHaveLength(3);
  });

  it('gives up after three attempts with the last error', async () => {
    const { asked, read } = await s3(new Array(3).fill({ status: 500, body: error('InternalError') }));
    await expect(read('k', 'v')).rejects.toMatchObject({
      name: 'ArtifactUnreadable',
      message: expect.stringContaining('500 InternalError'),
    });
    expect(asked).toHaveLength(3);
  });

  it('does not try again what is refused, and says what S3 said', async () => {
    const { asked, read } = await s3([
      { status: 403, body: error('AccessDenied', 'no kms:Decrypt for you') },
    ]);
    await expect(read('models/shop/k', 'v')).rejects.toMatchObject({
      name: 'ArtifactUnreadable',
      message: 'S3 answers 403 AccessDenied to reading models/shop/k: no kms:Decrypt for you',
    });
    expect(asked).toHaveLength(1);
  });

  it('tells an object that is not there from a store that does not hand it out', async () => {
    const { asked, read } = await s3([{ status: 404, body: error('NoSuchVersion') }]);
    await expect(read('k', 'v')).rejects.toMatchObject({ name: 'NoSuchVersion', status: 404 });
    expect(asked).toHaveLength(1);
  });
});
