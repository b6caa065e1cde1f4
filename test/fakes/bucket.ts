import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

interface Stored {
  readonly body: Buffer;
  readonly versionId: string;
}
const failure = (name: string) => Object.assign(new Error(name), { name });

/** S3 in memory: versions, If-None-Match, ListObjectsV2 in pages of `pageSize`. All buckets share one set of keys. */
export class FakeBucket {
  readonly objects = new Map<string, Stored[]>();
  /** Keys that answer AccessDenied. */
  readonly denied = new Set<string>();
  puts = 0;
  pageSize = 2;
  readonly send: S3Client['send'] = ((command: unknown) => this.#answer(command)) as S3Client['send'];

  put(key: string, body: string | Uint8Array): void {
    const versions = this.objects.get(key) ?? [];
    versions.push({ body: Buffer.from(body), versionId: `v${versions.length + 1}` });
    this.objects.set(key, versions);
  }

  text(key: string): string {
    const stored = this.objects.get(key)?.at(-1);
    if (!stored) throw new Error(`no object ${key}; there are ${[...this.objects.keys()].join(', ')}`);
    return stored.body.toString('utf8');
  }

  json(key: string): unknown {
    return JSON.parse(this.text(key));
  }

  keys(prefix = ''): string[] {
    return [...this.objects.keys()].filter((k) => k.startsWith(prefix)).sort();
  }

  async #answer(command: unknown): Promise<object> {
    if (command instanceof PutObjectCommand) {
      const { Key, Body, IfNoneMatch } = command.input;
      if (IfNoneMatch === '*' && this.objects.has(Key!)) throw failure('PreconditionFailed');
      this.put(Key!, Body as string | Uint8Array);
      this.puts++;
      return { VersionId: this.objects.get(Key!)!.at(-1)!.versionId };
    }
    if (command instanceof GetObjectCommand) {
      const { Key, VersionId } = command.input;
      if (this.denied.has(Key!)) throw failure('AccessDenied');
      const versions = this.objects.get(Key!) ?? [];
      const found = VersionId ? versions.find((v) => v.versionId === VersionId) : versions.at(-1);
      if (!found) throw failure('NoSuchKey');
      const Body = Object.assign(Readable.from([found.body]), {
        transformToByteArray: async () => new Uint8Array(found.body),
      });
      return { Body, VersionId: found.versionId, ContentLength: found.body.length };
    }
    if (command instanceof ListObjectsV2Command) {
      const { Prefix, StartAfter, ContinuationToken } = command.input;
      const after = ContinuationToken ?? StartAfter ?? '';
      const found = this.keys(Prefix).filter((k) => k > after);
      const page = found.slice(0, this.pageSize);
      return {
        Contents: page.map((Key) => ({ Key, Size: this.objects.get(Key)!.at(-1)!.body.length })),
        IsTruncated: found.length > page.length,
        NextContinuationToken: found.length > page.length ? page.at(-1) : undefined,
      };
    }
    throw new Error(`FakeBucket does not know ${(command as object).constructor.name}`);
  }
}
