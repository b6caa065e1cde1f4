import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { TRAINED_FILES } from '../../contracts/artifact.ts';
import { unpack } from '../../lambdas/evaluation/unpack.ts';
import { tarGz } from '../fixtures/tar.ts';

const complete = Object.fromEntries(TRAINED_FILES.map((name) => [name, `contents of ${name}`]));

async function archive(
  entries: readonly (Partial<Header> & { readonly name: string; content?: string })[],
): Promise<Readable> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Readable.from([gzipSync(Buffer.concat(chunks))]);
}

const refusal = (message: RegExp) => ({ name: 'ArtifactInvalid', message: expect.stringMatching(message) });

describe('unpacking model.tar.gz', () => {
  it('gives the four files, with or without a leading dot', async () => {
    const dotted = Object.fromEntries(Object.entries(complete).map(([k, v]) => [`./${k}`, v]));
    for (const files of [complete, dotted]) {
      const found = await unpack(Readable.from([await tarGz(files)]));
      expect(Object.keys(found).sort()).toEqual([...TRAINED_FILES].sort());
      expect(found['model.onnx'].toString()).toBe('contents of model.onnx');
    }
  });

  it('skips files that it does not know', async () => {
    const found = await unpack(Readable.from([await tarGz({ ...complete, 'code/train.py': 'print()' })]));
    expect(found).not.toHaveProperty(['code/train.py']);
  });

  it('names the files that are missing', async () => {
    const partial = await tarGz({ 'model.onnx': 'x', 'metrics.json': '{}' });
    await expect(unpack(Readable.from([partial]))).rejects.toMatchObject(
      refusal(/lacks signature\.json, environment\.json/),
    );
  });

  it.each(['../model.onnx', '/model.onnx', 'a/../../model.onnx', 'a\\..\\..\\b'])(
    'refuses an entry named %s',
    async (name) => {
      await expect(unpack(await archive([{ name, content: 'x' }]))).rejects.toMatchObject(
        refusal(/leads out of the archive/),
      );
    },
  );

  it('refuses links', async () => {
    const link = await archive([{ name: 'model.onnx', type: 'symlink', linkname: '/etc/passwd' }]);
    await expect(unpack(link)).rejects.toMatchObject(refusal(/is a symlink/));
  });

  it('refuses a file that is there twice', async () => {
    const twice = await archive([
      { name: 'model.onnx', content: 'a' },
      { name: './model.onnx', content: 'b' },
    ]);
    await expect(unpack(twice)).rejects.toMatchObject(refusal(/model\.onnx twice/));
  });

  it('stops at a bomb', async () => {
    const bomb = await tarGz({ ...complete, bulk: '0'.repeat(100_000) });
    await expect(unpack(Readable.from([bomb]), { bytes: 10_000, entries: 10 })).rejects.toMatchObject(
      refusal(/more than 10000 bytes/),
    );
    await expect(unpack(Readable.from([bomb]), { bytes: 1e6, entries: 3 })).rejects.toMatchObject(
      refusal(/more than 3 entries/),
    );
  });

  it.each([
    ['no gzip', Buffer.from('plain text')],
    ['cut off', gzipSync(Buffer.alloc(2000)).subarray(0, 20)],
    ['empty', Buffer.alloc(0)],
  ])('refuses an archive that is %s', async (_, bytes) => {
    await expect(unpack(Readable.from([bytes]))).rejects.toMatchObject(refusal(/^model\.tar\.gz: /));
  });

  it('refuses an archive whose tar is cut off', async () => {
    const tar = pack();
    tar.entry({ name: 'model.onnx' }, 'x'.repeat(5000));
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    const cut = gzipSync(Buffer.concat(chunks).subarray(0, 2000));
    await expect(unpack(Readable.from([cut]))).rejects.toMatchObject(refusal(/cannot be read|lacks/));
  });
});
