import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BankFileError, openBankWorld } from '../../../local/traffic/bank.ts';
import { DAY, isoDate } from '../../../local/traffic/types.ts';

const FILE = new URL('../../../../shared/data/bank_marketing/bank-additional-full.csv', import.meta.url)
  .pathname;
const missing = !existsSync(FILE);
const suffix = missing ? ' (SKIPPED: the Bank Marketing file is not beside the checkout)' : '';

describe.skipIf(missing)(`the Bank Marketing file${suffix}`, () => {
  const world = openBankWorld(FILE);

  it('spans May 2008 to November 2010 in its own order', () => {
    expect(world.rows).toBe(41_188);
    expect(isoDate(world.firstDay).slice(0, 7)).toBe('2008-05');
    expect(isoDate(world.lastDay).slice(0, 7)).toBe('2010-11');
    const events = world.events(world.firstDay, world.lastDay + DAY);
    expect(events).toHaveLength(41_188);
    expect(events.every((e, i) => i === 0 || e.at >= events[i - 1]!.at)).toBe(true);
    expect(events.filter((e) => e.label === 1)).toHaveLength(4640);
  });

  it('sends neither the duration nor the truth', () => {
    const [event] = world.events(world.firstDay, world.firstDay + DAY);
    expect(event!.features).not.toHaveProperty('duration');
    expect(event!.features).not.toHaveProperty('y');
    expect(Object.keys(event!.features)).toHaveLength(19);
  });

  it('puts each row on its own weekday, but where a month has no such day left', () => {
    const events = world.events(world.firstDay, world.lastDay + DAY);
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const right = events.filter((e) => names[new Date(e.at).getUTCDay()] === e.features['day_of_week']);
    expect(right.length / events.length).toBeGreaterThan(0.9);
  });

  it('holds in its partitions what its events hold', () => {
    const day = world.dayAfter(0.5);
    const events = Array.from(
      { length: 30 },
      (_, i) => world.events(day + i * DAY, day + (i + 1) * DAY).length,
    );
    const rows = Array.from({ length: 30 }, (_, i) => world.partition(day + i * DAY).rows);
    expect(rows).toEqual(events);
    expect(rows.some((n) => n > 0)).toBe(true);
  });
});

describe('a file that is not the Bank Marketing file', () => {
  it('is refused with what is wrong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'coalmine-bank-'));
    const file = join(folder, 'x.csv');
    expect(() => openBankWorld(file)).toThrow(BankFileError);
    expect(() => openBankWorld(file)).toThrow('give the Bank Marketing file');
    writeFileSync(file, 'age;work\n1;2\n');
    expect(() => openBankWorld(file)).toThrow("column 2 is 'work', expected 'job'");
    rmSync(folder, { recursive: true });
  });
});
