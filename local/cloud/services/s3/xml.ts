import type { AwsError, HttpResponse, Shape } from '../../types.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (value: string): string => value.replace(/[&<>"]/g, (c) => ESCAPES[c]!);

/** Lists of S3 are flattened: each member is an element by itself, of this name. */
const MEMBER: Readonly<Record<string, string>> = {
  Versions: 'Version',
  DeleteMarkers: 'DeleteMarker',
  Parts: 'Part',
  Errors: 'Error',
};

function element(name: string, value: Shape): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    if (name === 'TagSet') return `<TagSet>${value.map((v) => element('Tag', v)).join('')}</TagSet>`;
    if (name === 'Buckets') return `<Buckets>${value.map((v) => element('Bucket', v)).join('')}</Buckets>`;
    return value.map((v) => element(MEMBER[name] ?? name, v)).join('');
  }
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object') return `<${name}>${members(value)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}
const members = (value: Shape): string =>
  Object.entries(value)
    .map(([n, v]) => element(n, v))
    .join('');

/** Element that an operation's answer is in; operations that are not here answer in headers. */
const ROOTS: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjectsV2: 'ListBucketResult',
  ListObjectVersions: 'ListVersionsResult',
  GetBucketVersioning: 'VersioningConfiguration',
  DeleteObjects: 'DeleteResult',
  GetObjectTagging: 'Tagging',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  CompleteMultipartUpload: 'CompleteMultipartUploadResult',
  ListParts: 'ListPartsResult',
};
/** Members that are headers, by member name. */
const HEADERS: Readonly<Record<string, string>> = {
  ETag: 'etag',
  LastModified: 'last-modified',
  AcceptRanges: 'accept-ranges',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ContentEncoding: 'content-encoding',
  ContentDisposition: 'content-disposition',
  ContentLanguage: 'content-language',
  CacheControl: 'cache-control',
  StorageClass: 'x-amz-storage-class',
  TagCount: 'x-amz-tagging-count',
  VersionId: 'x-amz-version-id',
  CopySourceVersionId: 'x-amz-copy-source-version-id',
  DeleteMarker: 'x-amz-delete-marker',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  BucketKeyEnabled: 'x-amz-server-side-encryption-bucket-key-enabled',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ChecksumSHA256: 'x-amz-checksum-sha256',
  ChecksumType: 'x-amz-checksum-type',
};

function headersOf(output: Shape): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(HEADERS)) {
    const value = output[member];
    if (value === undefined) continue;
    headers[header] = value instanceof Date ? value.toUTCString() : String(value);
  }
  for (const [name, value] of Object.entries(output.Metadata ?? {}))
    headers[`x-amz-meta-${name}`] = String(value);
  return headers;
}
const document = (root: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${content}</${root}>`;
const XML = { 'content-type': 'application/xml' };

/** HTTP answer of an operation. */
export function encode(operation: string, output: Shape): HttpResponse {
  if (operation === 'GetObject' || operation === 'HeadObject') {
    const headers = { 'content-type': 'binary/octet-stream', ...headersOf(output) };
    const length = { 'content-length': String(output.ContentLength) };
    return {
      status: output.ContentRange === undefined ? 200 : 206,
      headers: { ...headers, ...length },
      ...(operation === 'GetObject' ? { body: output.Body } : {}),
    };
  }
  if (operation === 'CopyObject' || operation === 'UploadPartCopy') {
    const { CopyObjectResult, CopyPartResult, ...rest } = output;
    const [root, result] = CopyObjectResult
      ? ['CopyObjectResult', CopyObjectResult]
      : ['CopyPartResult', CopyPartResult];
    return { status: 200, headers: { ...headersOf(rest), ...XML }, body: document(root, members(result)) };
  }
  if (operation === 'GetBucketLocation') {
    return {
      status: 200,
      headers: XML,
      body: document('LocationConstraint', output.LocationConstraint ?? ''),
    };
  }
  const root = ROOTS[operation];
  if (root) {
    const headers = operation === 'CompleteMultipartUpload' ? headersOf({ VersionId: output.VersionId }) : {};
    return {
      status: 200,
      headers: { ...headers, ...XML },
      body: document(root, members(names(operation, output))),
    };
  }
  const empty = operation === 'DeleteObject' || operation === 'AbortMultipartUpload';
  return { status: empty ? 204 : 200, headers: headersOf(output) };
}

/** DeleteResult calls its lists by their members' names. */
function names(operation: string, output: Shape): Shape {
  if (operation !== 'DeleteObjects') return output;
  return { Deleted: output.Deleted, Errors: output.Errors };
}

/** S3's error document. 304 has no body by HTTP. */
export function encodeError(error: AwsError): HttpResponse {
  if (error.statusCode === 304) return { status: 304 };
  const content = `${element('Code', error.name)}${element('Message', error.message)}${members(error.fields)}`;
  return {
    status: error.statusCode,
    headers: XML,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${content}</Error>`,
  };
}
