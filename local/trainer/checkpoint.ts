import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from './boost.ts';

const FILE = 'progress.json';

/** Writes beside and renames, so that a kill at any moment leaves the old checkpoint or the new one, never half. */
export function saveCheckpoint(folder: string, fingerprint: string, progress: Progress): void {
  mkdirSync(folder, { recursive: true });
  const next = join(folder, `${FILE}.next`);
  writeFileSync(next, JSON.stringify({ fingerprint, ...progress }));
  renameSync(next, join(folder, FILE));
}

/** The last checkpoint of the same hyperparameters and data, else an empty start. */
export function loadCheckpoint(folder: string, fingerprint: string): Progress {
  const file = join(folder, FILE);
  if (existsSync(file)) {
    try {
      const saved = JSON.parse(readFileSync(file, 'utf8')) as Progress & { fingerprint: string };
      if (saved.fingerprint === fingerprint) return { trees: saved.trees, epochs: saved.epochs };
      console.log('the checkpoint belongs to other data or hyperparameters: starting anew');
    } catch {
      console.log('the checkpoint cannot be read: starting anew');
    }
  }
  return { trees: [], epochs: [] };
}
