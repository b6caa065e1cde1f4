import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../types.ts';

/** One version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  /** `null` in a bucket without versioning. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly size: number;
  /** Quoted, as HTTP has it. */
  readonly etag: string;
  /** Virtual epoch milliseconds. */
  readonly modified: number;
  /** Position in the bucket's history: orders versions of one instant. */
  readonly order: number;
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  tags: Readonly<Record<string, string>>;
  readonly crc32: string;
  /** base64, present when the writer sent or asked for it. */
  readonly sha256?: string;
  /** ARN of the customer-managed key it is encrypted with. */
  readonly kmsKey?: string;
  readonly file: string;
}
export interface ObjectHeaders {
  readonly ContentType?: string;
  readonly ContentEncoding?: string;
  readonly ContentDisposition?: string;
  readonly ContentLanguage?: string;
  readonly CacheControl?: string;
  readonly StorageClass?: string;
}

/** What a writer hands over. */
export interface NewObject {
  readonly key: string;
  readonly bytes: Buffer;
  readonly headers?: ObjectHeaders;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sha256?: string;
  readonly kmsKey?: string;
  /** ETag of a multipart object, which is not the MD5 of its bytes. */
  readonly etag?: string;
}

/** CRC-32 as S3 writes it: four bytes, big-endian, base64. */
export function crc32Base64(bytes: Uint8Array): string {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(crc32(bytes));
  return out.toString('base64');
}
export const sha256Base64 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('base64');

export interface StoreOptions {
  readonly name: string;
  readonly versioned: boolean;
  /** Folder of this bucket's bytes. */
  readonly dir: string;
  readonly now: () => number;
  readonly newVersionId: () => string;
}

/** The versions of one bucket: index in memory, bytes on disk, one file a version. */
export class ObjectStore {
  readonly #options: StoreOptions;
  readonly #versions = new Map<string, Version[]>();
  #sorted: string[] | undefined = [];
  #order = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    mkdirSync(options.dir, { recursive: true });
  }

  /** Latest version of a key, a delete marker included. */
  latest(key: string): Version | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  /** Latest version unless it is a delete marker. */
  current(key: string): Version | undefined {
    const found = this.latest(key);
    return found && !found.deleteMarker ? found : undefined;
  }

  version(key: string, versionId: string): Version | undefined {
    return this.#versions.get(key)?.find((v) => v.versionId === versionId);
  }

  /** Versions of a key, newest first. */
  versions(key: string): Version[] {
    return [...(this.#versions.get(key) ?? [])].reverse();
  }

  /** Keys in UTF-8 order (that of S3 listings), deleted ones with versions included. */
  keys(): readonly string[] {
    if (!this.#sorted) {
      // Code-unit order equals UTF-8 order below the surrogates, where all our keys are; Buffer.compare costs 10×.
      this.#sorted = [...this.#versions.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    }
    return this.#sorted;
  }

  put(object: NewObject): Version {
    const { versioned, newVersionId, now } = this.#options;
    const order = this.#order++;
    const file = join(this.#options.dir, String(order));
    writeFileSync(file, object.bytes);
    const version: Version = {
      key: object.key,
      versionId: versioned ? newVersionId() : 'null',
      deleteMarker: false,
      size: object.bytes.length,
      etag: object.etag ?? `"${createHash('md5').update(object.bytes).digest('hex')}"`,
      modified: now(),
      order,
      headers: object.headers ?? {},
      metadata: object.metadata ?? {},
      tags: object.tags ?? {},
      crc32: crc32Base64(object.bytes),
      ...(object.sha256 ? { sha256: object.sha256 } : {}),
      ...(object.kmsKey ? { kmsKey: object.kmsKey } : {}),
      file,
    };
    this.#add(version);
    return version;
  }

  /** A delete without VersionId: a marker in a versioned bucket, else the end of the object. */
  delete(key: string): Version | undefined {
    if (!this.#options.versioned) {
      this.deleteVersion(key, 'null');
      return undefined;
    }
    const marker: Version = {
      key,
      versionId: this.#options.newVersionId(),
      deleteMarker: true,
      size: 0,
      etag: '',
      modified: this.#options.now(),
      order: this.#order++,
      headers: {},
      metadata: {},
      tags: {},
      crc32: '',
      file: '',
    };
    this.#add(marker);
    return marker;
  }

  /** Deletes one version for good. */
  deleteVersion(key: string, versionId: string): Version | undefined {
    const versions = this.#versions.get(key);
    const at = versions?.findIndex((v) => v.versionId === versionId) ?? -1;
    if (!versions || at < 0) return undefined;
    const [gone] = versions.splice(at, 1);
    if (versions.length === 0) {
      this.#versions.delete(key);
      this.#sorted = undefined;
    }
    if (gone && !gone.deleteMarker) rmSync(gone.file, { force: true });
    return gone;
  }

  /** @throws AwsError InternalError when the bytes are gone from disk */
  read(version: Version): Buffer {
    try {
      return readFileSync(version.file);
    } catch (e) {
      throw new AwsError('InternalError', `bytes of ${version.key} are lost: ${(e as Error).message}`, 500);
    }
  }

  /** Flips a bit in the middle of the stored bytes; an empty object stays as it is. */
  corrupt(version: Version): void {
    const bytes = this.read(version);
    if (bytes.length === 0) return;
    const middle = bytes.length >> 1;
    bytes[middle] = bytes[middle]! ^ 1;
    writeFileSync(version.file, bytes);
  }

  #add(version: Version): void {
    const versions = this.#versions.get(version.key);
    if (!versions) {
      this.#versions.set(version.key, [version]);
      this.#insertKey(version.key);
      return;
    }
    if (version.versionId === 'null') {
      const old = versions.findIndex((v) => v.versionId === 'null');
      if (old >= 0) rmSync(versions.splice(old, 1)[0]!.file, { force: true });
    }
    versions.push(version);
  }

  #insertKey(key: string): void {
    // Logs and datasets arrive in key order mostly: appending keeps the order without sorting again.
    const last = this.#sorted?.at(-1);
    if (this.#sorted && (last === undefined || last < key)) this.#sorted.push(key);
    else this.#sorted = undefined;
  }
}
