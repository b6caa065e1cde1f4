import { AwsError } from '../../types.ts';
import type { Version } from './store.ts';

const unquote = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');
const matches = (etag: string, wanted: string): boolean =>
  wanted.split(',').some((w) => w.trim() === '*' || unquote(w.trim()) === unquote(etag));

interface WriteConditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

/**
 * Conditions of a write. S3 knows `If-None-Match: *` and `If-Match: <etag>` only.
 * @throws AwsError PreconditionFailed (412), NoSuchKey (404) for If-Match on nothing, NotImplemented (501)
 */
export function checkWrite(input: WriteConditions, current: Version | undefined): void {
  if (input.IfNoneMatch !== undefined) {
    if (input.IfNoneMatch !== '*') {
      throw new AwsError('NotImplemented', 'If-None-Match of a write must be *', 501);
    }
    if (current) throw preconditionFailed('If-None-Match');
  }
  if (input.IfMatch !== undefined) {
    if (!current) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    if (!matches(current.etag, input.IfMatch)) throw preconditionFailed('If-Match');
  }
}

interface ReadConditions extends WriteConditions {
  readonly IfModifiedSince?: Date | string;
  readonly IfUnmodifiedSince?: Date | string;
}

/**
 * Conditions of a read (RFC 9110, section 13.2.2: tags win over dates).
 * @throws AwsError PreconditionFailed (412), NotModified (304)
 */
export function checkRead(input: ReadConditions, version: Version): void {
  // HTTP dates have whole seconds.
  const modified = Math.floor(version.modified / 1000);
  const seconds = (v: Date | string) => Math.floor(new Date(v).getTime() / 1000);
  if (input.IfMatch !== undefined) {
    if (!matches(version.etag, input.IfMatch)) throw preconditionFailed('If-Match');
  } else if (input.IfUnmodifiedSince !== undefined && modified > seconds(input.IfUnmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (input.IfNoneMatch !== undefined) {
    if (matches(version.etag, input.IfNoneMatch)) throw notModified();
  } else if (input.IfModifiedSince !== undefined && modified <= seconds(input.IfModifiedSince)) {
    throw notModified();
  }
}

const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });
const notModified = (): AwsError => new AwsError('NotModified', 'Not Modified', 304);

/** Half-open byte range of a `Range` header, or undefined when there is none. @throws AwsError InvalidRange */
export function byteRange(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | undefined {
  if (!header) return undefined;
  const found = /^bytes=(\d*)-(\d*)$/.exec(header);
  // S3 ignores what it cannot read, several ranges included.
  if (!found || (found[1] === '' && found[2] === '')) return undefined;
  const from = found[1] === '' ? Math.max(0, size - Number(found[2])) : Number(found[1]);
  const to = found[1] === '' || found[2] === '' ? size : Math.min(size, Number(found[2]) + 1);
  if (from >= size || from >= to) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      ActualObjectSize: size,
    });
  }
  return { from, to };
}
