import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderInUse, lockFolder } from '../../../local/rehearsal/lock.ts';

it('a folder belongs to one rehearsal at a time, and a dead one’s lock is taken over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-lock-'));
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  expect(() => lockFolder(folder)).toThrow(`process ${process.pid}`);
  unlock();
  expect(existsSync(join(folder, '.lock'))).toBe(false);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(join(folder, '.lock'), String(pid));
  lockFolder(folder)();
  rmSync(folder, { recursive: true });
});
