/**
 * The default scenario from process start to report, as a person waits for it: synthesis, one week, the page. The
 * synthesis of all models is measured by itself too, checked as a deployment checks it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Wall seconds of a program of the project. @throws Error with its output if it fails */
function seconds(...args: string[]): Promise<number> {
  const started = performance.now();
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { cwd: ROOT });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        printed += text;
      });
    }
    child.on('close', (code) => {
      const wall = Number(((performance.now() - started) / 1000).toFixed(1));
      if (code === 0) done(wall);
      else failed(new Error(printed));
    });
  });
}

const out = mkdtempSync(join(tmpdir(), 'coalmine-bench-'));
try {
  const synth = await seconds('bin/coalmine.ts', '--output', join(out, 'synth'));
  const week = await seconds('local/rehearse.ts', '--out', join(out, 'week'));
  console.log(
    JSON.stringify({
      bench: 'rehearsal',
      'synth of all models, checked, s': synth,
      'week, s': week,
      limits: { 'synth of all models, checked, s': 15, 'week, s': 60 },
    }),
  );
} finally {
  rmSync(out, { recursive: true, force: true });
}
