import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another rehearsal works in the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes the folder for this process; a lock whose process is gone (a rehearsal that was killed) is taken over.
 * @returns the way to give it back
 * @throws FolderInUse
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, '.lock');
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(file, 'utf8'));
      if (pid > 0 && alive(pid))
        throw new FolderInUse(
          `another rehearsal (process ${pid}) writes to ${folder}: wait for it, or give --out`,
        );
      rmSync(file, { force: true });
    }
  }
}
