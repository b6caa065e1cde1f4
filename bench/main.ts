/**
 * Runs every bench of this folder, each in a process of its own and one after the other, and prints one table. A bench
 * prints one line of JSON: `bench`, its figures by name, and what they are held to: `limits` (at most) and `floors` (at
 * least), by the same names. Ends with 1 when a bench fails or misses a bound.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchLine, type Figure, figuresOf, table } from './lib/table.ts';

/** Output of one bench: its last line on stdout. */
function measure(file: string): Promise<BenchLine> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, file)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const last = Buffer.concat(chunks).toString().trim().split('\n').at(-1) ?? '';
      if (code !== 0) reject(new Error(`${file} ended with ${code}`));
      else resolve(JSON.parse(last) as BenchLine);
    });
  });
}

const available = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const HELP = `Measures, and holds the figures to their bounds: npm run bench [-- NAME...]; all of them without a name.
There are: ${available.join(', ')}. Let the machine be idle. Exit codes: 0 all bounds met, 1 one was not, 2 wrong usage.`;
const names = process.argv.slice(2);
if (names.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}
const unknown = names.find((name) => !available.includes(name));
if (unknown !== undefined) {
  console.error(`there is no bench '${unknown}'; there are: ${available.join(', ')}`);
  process.exit(2);
}

const figures: Figure[] = [];
let failed = false;
for (const name of names.length > 0 ? names : available) {
  console.error(`running ${name} …`);
  try {
    figures.push(...figuresOf(await measure(`${name}.ts`)));
  } catch (e) {
    console.error(String(e));
    failed = true;
  }
}
console.log(table(figures));
process.exitCode = failed || figures.some((f) => f.met === false) ? 1 : 0;
