import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { synthesise } from '../../../local/rehearsal/synth.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CACHE = join(ROOT, 'node_modules/.cache/coalmine-assemblies');
/** Everything that a synthesis reads. */
const SOURCES = ['bin', 'contracts', 'lambdas', 'lib', 'models', 'statemachines', 'training'];
/** An assembly that nobody has used for so long goes when a new one comes; a test run takes minutes. */
const KEEP_MS = 60 * 60_000;

function hashOfSources(): string {
  const files = SOURCES.flatMap((folder) => globSync(`${folder}/**/*`, { cwd: ROOT }))
    .filter((file) => statSync(join(ROOT, file)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files, 'package-lock.json'])
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

/** The cloud assembly of the model `fraud` as the sources are now; synthesised once for all tests that want it. */
export async function cachedAssembly(): Promise<string> {
  const folder = join(CACHE, hashOfSources());
  if (!existsSync(folder)) {
    forgetOld();
    const own = `${folder}-${process.pid}`;
    await synthesise(own, ['fraud']);
    try {
      renameSync(own, folder);
    } catch {
      // Another run was faster with the same.
      rmSync(own, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

function forgetOld(): void {
  mkdirSync(CACHE, { recursive: true });
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (Date.now() - statSync(path).mtimeMs > KEEP_MS) rmSync(path, { recursive: true, force: true });
  }
}
