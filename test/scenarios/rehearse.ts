import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from '../../local/report/data.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Rehearsed {
  readonly code: number | null;
  readonly printed: string;
  readonly report: Report;
  /** Model cards that it left, by file. */
  readonly cards: Readonly<Record<string, string>>;
}

/** Runs the rehearsal as a person would, in a folder of its own. */
export async function rehearse(...args: string[]): Promise<Rehearsed> {
  const out = mkdtempSync(join(tmpdir(), 'coalmine-rehearsal-'));
  try {
    const { code, printed } = await runCommand([...args, '--out', out]);
    let report: Report;
    try {
      report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
    } catch {
      throw new Error(`the rehearsal ended with exit code ${code} and left no report:\n${printed}`);
    }
    const folder = join(out, 'cards');
    const cards = readdirSync(folder).map(
      (file) => [file, readFileSync(join(folder, file), 'utf8')] as const,
    );
    return { code, printed, report, cards: Object.fromEntries(cards) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Exit code and everything printed by `npm run rehearse -- …args`. */
export function runCommand(args: readonly string[]): Promise<{ code: number | null; printed: string }> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['local/rehearse.ts', ...args], { cwd: ROOT });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        printed += text;
      });
    }
    child.on('error', failed);
    child.on('close', (code) => done({ code, printed }));
  });
}
