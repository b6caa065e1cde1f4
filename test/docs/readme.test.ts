import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/app.ts';
import { SCENARIOS } from '../../local/scenarios/index.ts';
import { foldersIn } from './markdown.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the README', () => {
  it.each(SCENARIOS.map((s) => s.name))('names the scenario %s', (name) => {
    expect(readme.includes(`\`${name}\``)).toBe(true);
  });

  it.each(foldersIn(ROOT))('has the folder %s in its map', (folder) => {
    expect(readme.includes(`[${folder}/](${folder})`)).toBe(true);
  });

  it('asks npm only for scripts that there are', () => {
    const asked = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map((m) => m[1]!);
    expect(asked.length).toBeGreaterThan(0);
    for (const script of asked) expect(scripts).toHaveProperty([script]);
  });

  it('shows a rehearsal of the scenario that runs by default, with its end', () => {
    const shown = [`Coalmine rehearses "${SCENARIOS[0]!.name}"`, 'Ended as expected after'];
    expect(shown.filter((line) => !readme.includes(line))).toEqual([]);
  });

  it('has its licence beside it', () => {
    expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toContain('Version 2.0, January 2004');
  });
});
