import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ADULT_DAYS, openAdultWorld } from '../../../local/traffic/adult.ts';
import { DAY } from '../../../local/traffic/types.ts';

const START = Date.UTC(2026, 10, 1);
const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'adult-')), 'adult');
  writeFileSync(path, text);
  return path;
};
const row = (income: string) =>
  `39, State-gov, 77516, Bachelors, 13, Never-married, ?, Not-in-family, White, Male, 2174, 0, 40, Cuba, ${income}`;

it('lays every row once into the days before the start, as the file has them', () => {
  const rows = Array.from({ length: 60 }, (_, i) => row(i % 4 === 0 ? '>50K' : '<=50K'));
  const world = openAdultWorld(file(`${rows.join('\n')}\n\n`), START);
  const days = Array.from({ length: ADULT_DAYS }, (_, i) => world.partition(START - (ADULT_DAYS - i) * DAY));
  const lines = days.flatMap((d) => d.body.trim().split('\n').slice(1));
  expect(lines).toHaveLength(60);
  expect(days.reduce((sum, d) => sum + d.rows, 0)).toBe(60);
  expect(lines[0]).toMatch(/^person-0,2026-10-04T.*,39,State-gov,.*,>50K$/);
  expect(world.partition(START - (ADULT_DAYS + 1) * DAY).rows).toBe(0);
});

it('reads the test file too: a comment first, labels that end in a full stop', () => {
  const world = openAdultWorld(file(`|1x3 Cross validator\n${row('>50K.')}\n`), START);
  expect(world.rows).toBe(1);
  expect(
    world
      .partition(START - ADULT_DAYS * DAY)
      .body.trim()
      .endsWith(',>50K'),
  ).toBe(true);
});

it('says what is wrong with another file', () => {
  expect(() => openAdultWorld('/nowhere/adult.data', START)).toThrow(
    'give the Adult file (adult.data) with --data',
  );
  expect(() => openAdultWorld(file('a,b\n'), START)).toThrow("is not the Adult file: row 1 is 'a,b'");
});
