import { AwsError } from '../../types.ts';

/**
 * Body of the content encoding `aws-chunked`: chunks as in HTTP (`hex-size[;chunk-signature=…]`), then trailers, which
 * carry the checksum that the SDKs compute while they stream.
 * @throws AwsError IncompleteBody
 */
export function decodeAwsChunked(body: Buffer): {
  readonly bytes: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
} {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    if (end < 0) throw incomplete('a chunk has no size');
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (Number.isNaN(size)) throw incomplete('a chunk size is not hexadecimal');
    at = end + 2;
    if (size === 0) break;
    if (at + size > body.length) throw incomplete('a chunk is cut off');
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of body.toString('latin1', at).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), trailers };
}

const incomplete = (why: string): AwsError =>
  new AwsError('IncompleteBody', `The aws-chunked body cannot be read: ${why}`, 400);
