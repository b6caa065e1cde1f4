import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** Files below a folder, as sorted paths relative to it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name).slice(folder.length + 1))
    .sort();
}

/** A `.tar.gz` of a folder: sorted, without times or owners, so that equal content gives equal bytes. */
export async function archive(folder: string): Promise<Buffer> {
  const tar = pack();
  for (const name of filesIn(folder))
    tar.entry({ name, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 }, readFileSync(join(folder, name)));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}
