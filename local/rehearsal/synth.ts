import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Commit of the code that is rehearsed, with `-dirty` where the working tree has changes; unknown without git. */
function commit(): string {
  const described = spawnSync('git', ['describe', '--always', '--abbrev=40', '--dirty', '--exclude=*'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return described.status === 0 ? described.stdout.trim() : 'unknown';
}

/**
 * Synthesises the application for stage `local` as `npm run synth` would, in a process of its own.
 * @param outdir folder of the cloud assembly
 * @throws Error with what the synthesis printed
 */
export function synthesise(outdir: string, models: readonly string[]): Promise<void> {
  const context = ['stage=local', `models=${models.join(',')}`, `commit=${commit()}`];
  const args = ['bin/coalmine.ts', ...context.flatMap((pair) => ['-c', pair]), '--output', outdir];
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
    child.on('error', failed);
    child.on('close', (code) =>
      code === 0 ? done() : failed(new Error(`the synthesis failed:\n${printed}`)),
    );
  });
}
