import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'coalmine-orphans-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PARENT = fileURLToPath(new URL('./parent.ts', import.meta.url));
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it.each(['SIGKILL', 'SIGINT'] as const)(
  'an execution environment ends when its parent ends by %s',
  async (signal) => {
    const parent = spawn(process.execPath, [PARENT], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const child = Number(String(line));
    expect(alive(child)).toBe(true);
    parent.kill(signal);
    await once(parent, 'exit');
    for (let i = 0; i < 500 && alive(child); i++) await wait(20);
    expect(alive(child)).toBe(false);
  },
);
