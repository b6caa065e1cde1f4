import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keys } from '../../contracts/names.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Copies the model card of every registered version and of every rejected run into a folder, for people. */
export async function writeCards(r: Rehearsal, folder: string): Promise<void> {
  const model = r.definition.name;
  const { journal } = r;
  const cards = new Map([
    ...journal
      .of('version.registered')
      .map(
        ({ detail: { version } }) => [`version-${version}`, keys.sealed(model, version, 'card.md')] as const,
      ),
    ...journal
      .of('gate.failed')
      .map(
        ({ detail: { run } }, i) => [`rejected-${i + 1}`, keys.evaluation(model, run, 'card.md')] as const,
      ),
  ]);
  mkdirSync(folder, { recursive: true });
  for (const [name, key] of cards) {
    const body = await read(r, key);
    if (body) writeFileSync(join(folder, `${name}.md`), body);
  }
}

/** Null where a lifecycle rule has removed it: a rehearsal may last years, and evaluations do not. */
async function read(r: Rehearsal, Key: string): Promise<Buffer | null> {
  try {
    const { Body } = await r.call('s3', 'GetObject', { Bucket: r.outputs.ArtifactBucketName, Key });
    return Buffer.from(Body);
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return null;
    throw error;
  }
}
