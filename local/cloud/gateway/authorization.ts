/** What a SigV4 request says about itself. */
export interface SignedBy {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name: which service is meant. */
  readonly service: string;
}

function scope(credential: string | undefined): SignedBy | undefined {
  // An access key has no slash; the scope after it is date/region/service/aws4_request.
  const [accessKeyId, , region, service, end] = credential?.split('/') ?? [];
  if (!accessKeyId || !region || !service || end !== 'aws4_request') return undefined;
  return { accessKeyId, region, service };
}

/**
 * Reads the credential scope of a signed request, from the Authorization header or the query of a presigned URL.
 * The signature itself is not verified: the gateway listens on the loopback only, and what a caller may do follows
 * from the access key.
 */
export function signedBy(
  headers: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>>,
): SignedBy | undefined {
  const header = headers['authorization'];
  const inHeader = header && /^AWS4-HMAC-SHA256 .*?Credential=([^,\s]+)/.exec(header)?.[1];
  return scope(inHeader || query['X-Amz-Credential']);
}
