import { XMLParser } from 'fast-xml-parser';
import { AwsError, type HttpRequest, NotSupportedLocally, type RestCodec, type Shape } from '../../types.ts';
import { decodeAwsChunked } from './chunked.ts';
import { encode, encodeError } from './xml.ts';

/** Request headers that become members of the input, by member name. */
const HEADER_MEMBERS: Readonly<Record<string, string>> = {
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'if-modified-since': 'IfModifiedSince',
  'if-unmodified-since': 'IfUnmodifiedSince',
  range: 'Range',
  'content-type': 'ContentType',
  'content-disposition': 'ContentDisposition',
  'content-language': 'ContentLanguage',
  'cache-control': 'CacheControl',
  'x-amz-storage-class': 'StorageClass',
  'x-amz-tagging': 'Tagging',
  'x-amz-tagging-directive': 'TaggingDirective',
  'x-amz-metadata-directive': 'MetadataDirective',
  'x-amz-copy-source': 'CopySource',
  'x-amz-copy-source-range': 'CopySourceRange',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-checksum-mode': 'ChecksumMode',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
};
const QUERY_MEMBERS: Readonly<Record<string, string>> = {
  prefix: 'Prefix',
  delimiter: 'Delimiter',
  'continuation-token': 'ContinuationToken',
  'start-after': 'StartAfter',
  'key-marker': 'KeyMarker',
  versionId: 'VersionId',
  uploadId: 'UploadId',
};
/** Headers that change what an operation does, and that nothing here honours. */
const UNSUPPORTED = [
  'x-amz-object-lock-mode',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-acl',
];

/** Operation of a request to an object, by method and the query parameter that selects it. */
const OBJECT_ROUTES: readonly (readonly [string, string, string])[] = [
  ['POST', 'uploads', 'CreateMultipartUpload'],
  ['POST', 'uploadId', 'CompleteMultipartUpload'],
  ['PUT', 'partNumber', 'UploadPart'],
  ['DELETE', 'uploadId', 'AbortMultipartUpload'],
  ['GET', 'uploadId', 'ListParts'],
  ['GET', 'tagging', 'GetObjectTagging'],
  ['PUT', 'tagging', 'PutObjectTagging'],
];
const OBJECT_METHODS: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};
const BUCKET_ROUTES: readonly (readonly [string, string, string])[] = [
  ['GET', 'list-type', 'ListObjectsV2'],
  ['GET', 'versions', 'ListObjectVersions'],
  ['GET', 'versioning', 'GetBucketVersioning'],
  ['GET', 'location', 'GetBucketLocation'],
  ['POST', 'delete', 'DeleteObjects'],
];
/** Sub-resources that are not served; without this list `PUT ?acl` would be a PutObject. */
const SUBRESOURCES =
  /^(acl|attributes|cors|encryption|legal-hold|lifecycle|logging|notification|object-lock|policy|publicAccessBlock|replication|restore|retention|select|tagging|torrent|uploads|website)$/;

const xml = new XMLParser({
  parseTagValue: false,
  isArray: (name) => name === 'Object' || name === 'Part' || name === 'Tag',
});

export const s3Codec: RestCodec = {
  decode(request) {
    const path = request.rawPath.replace(/^\//, '');
    const slash = path.indexOf('/');
    const bucket = decodeURIComponent(slash < 0 ? path : path.slice(0, slash));
    const key = slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1));
    const operation = route(request, bucket, key);
    return { operation, input: inputOf(operation, request, bucket, key) };
  },
  encode,
  encodeError,
};

function route(request: HttpRequest, bucket: string, key: string): string {
  const { method, query, headers } = request;
  const missing = () => {
    const flags = Object.keys(query).join('&');
    return new NotSupportedLocally(`S3 ${method} /{bucket}${key ? '/{key}' : ''}${flags && `?${flags}`}`);
  };
  for (const header of UNSUPPORTED)
    if (headers[header] !== undefined) throw new NotSupportedLocally(`S3 ${header}`);
  if (bucket === '') {
    if (method === 'GET') return 'ListBuckets';
    throw missing();
  }
  const routes = key === '' ? BUCKET_ROUTES : OBJECT_ROUTES;
  const found = routes.find(([m, flag]) => m === method && query[flag] !== undefined)?.[2];
  const copy = headers['x-amz-copy-source'] !== undefined;
  if (found === 'UploadPart' && copy) return 'UploadPartCopy';
  if (found) return found;
  if (Object.keys(query).some((flag) => SUBRESOURCES.test(flag))) throw missing();
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket';
    throw missing();
  }
  if (method === 'PUT' && copy) return 'CopyObject';
  const operation = OBJECT_METHODS[method];
  if (!operation) throw missing();
  return operation;
}

function inputOf(operation: string, request: HttpRequest, bucket: string, key: string): Shape {
  const { headers, query } = request;
  const input: Shape = { Bucket: bucket, ...(key === '' ? {} : { Key: key }) };
  for (const [header, member] of Object.entries(HEADER_MEMBERS)) {
    if (headers[header] !== undefined) input[member] = headers[header];
  }
  for (const [name, member] of Object.entries(QUERY_MEMBERS)) {
    if (query[name] !== undefined) input[member] = query[name];
  }
  if (query['max-keys'] !== undefined) input.MaxKeys = Number(query['max-keys']);
  if (query['partNumber'] !== undefined) input.PartNumber = Number(query['partNumber']);
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  if (metadata.length > 0) {
    input.Metadata = Object.fromEntries(metadata.map(([n, v]) => [n.slice('x-amz-meta-'.length), v]));
  }
  const encoding = (headers['content-encoding'] ?? '').split(',').map((e) => e.trim());
  const rest = encoding.filter((e) => e !== '' && e !== 'aws-chunked').join(',');
  if (rest) input.ContentEncoding = rest;
  if (operation === 'DeleteObjects') input.Delete = parseDelete(request.body);
  else if (operation === 'CompleteMultipartUpload') input.MultipartUpload = parseParts(request.body);
  else if (operation === 'PutObjectTagging') input.Tagging = parseTagSet(request.body);
  else if (operation === 'PutObject' || operation === 'UploadPart') {
    const chunked =
      encoding.includes('aws-chunked') || headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true;
    if (chunked) {
      const { bytes, trailers } = decodeAwsChunked(request.body);
      input.Body = bytes;
      input.ChecksumCRC32 ??= trailers['x-amz-checksum-crc32'];
      input.ChecksumSHA256 ??= trailers['x-amz-checksum-sha256'];
    } else input.Body = request.body;
  }
  return input;
}

function parse(body: Buffer, root: string): Shape {
  const found = xml.parse(body.toString())[root];
  if (!found) throw new AwsError('MalformedXML', `The XML you provided was not well-formed: no ${root}`);
  return found;
}
const text = (value: unknown): string => String(value).replaceAll('&quot;', '"').replaceAll('&amp;', '&');

function parseDelete(body: Buffer): Shape {
  const found = parse(body, 'Delete');
  return {
    Quiet: found.Quiet === 'true',
    Objects: (found.Object ?? []).map((o: Shape) => ({
      Key: String(o.Key),
      ...(o.VersionId === undefined ? {} : { VersionId: String(o.VersionId) }),
    })),
  };
}
function parseTagSet(body: Buffer): Shape {
  const tags = parse(body, 'Tagging').TagSet?.Tag ?? [];
  return { TagSet: tags.map((t: Shape) => ({ Key: text(t.Key), Value: text(t.Value) })) };
}
function parseParts(body: Buffer): Shape {
  const found = parse(body, 'CompleteMultipartUpload');
  return {
    Parts: (found.Part ?? []).map((p: Shape) => ({
      PartNumber: Number(p.PartNumber),
      ...(p.ETag === undefined ? {} : { ETag: text(p.ETag) }),
    })),
  };
}
