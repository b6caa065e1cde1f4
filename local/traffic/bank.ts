import { existsSync, readFileSync } from 'node:fs';
import { DAY, HOUR, isoDate, type RawPartition, type World, type WorldEvent } from './types.ts';

/** The file is not there, or is not the Bank Marketing file. */
export class BankFileError extends Error {
  override readonly name = 'BankFileError';
}

const HEADER = [
  'age',
  'job',
  'marital',
  'education',
  'default',
  'housing',
  'loan',
  'contact',
  'month',
  'day_of_week',
  'duration',
  'campaign',
  'pdays',
  'previous',
  'poutcome',
  'emp.var.rate',
  'cons.price.idx',
  'cons.conf.idx',
  'euribor3m',
  'nr.employed',
  'y',
];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** The file's first month, May 2008 (bank-additional-names.txt: from May 2008 to November 2010, ordered by date). */
const FIRST_YEAR = 2008;
/** Not features: known only after the call, or the truth itself. */
const NOT_SENT = new Set(['duration', 'y']);

interface Call {
  readonly at: number;
  readonly id: string;
  readonly values: readonly string[];
}

const unquote = (field: string): string =>
  field.startsWith('"') && field.endsWith('"') ? field.slice(1, -1) : field;

function parse(path: string): string[][] {
  if (!existsSync(path))
    throw new BankFileError(
      `no file ${path}: give the Bank Marketing file (bank-additional-full.csv) with --data`,
    );
  const lines = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const rows = lines.map((line) => line.split(';').map(unquote));
  const header = rows.shift() ?? [];
  const wrong = HEADER.findIndex((name, i) => header[i] !== name);
  if (wrong >= 0 || header.length !== HEADER.length)
    throw new BankFileError(
      `${path} is not the Bank Marketing file: column ${wrong + 1} is '${header[wrong] ?? ''}', expected '${HEADER[wrong] ?? 'no more columns'}'`,
    );
  const short = rows.findIndex((row) => row.length !== HEADER.length);
  if (short >= 0)
    throw new BankFileError(
      `${path}: row ${short + 2} has ${rows[short]!.length} fields, expected ${HEADER.length}`,
    );
  if (rows.length === 0) throw new BankFileError(`${path} has no rows`);
  return rows;
}

/**
 * Gives each row a day: months in order, and within a month the next day that has the row's weekday whenever the
 * weekday changes (the last such day of the month where the weekdays run out). The file has no year and no day of
 * month; the order is its own.
 */
function assignDays(rows: readonly (readonly string[])[]): number[] {
  const monthAt = HEADER.indexOf('month');
  const weekdayAt = HEADER.indexOf('day_of_week');
  let year = FIRST_YEAR;
  let month = -1;
  let day = 0;
  return rows.map((row) => {
    const m = MONTHS.indexOf(row[monthAt]!);
    const weekday = WEEKDAYS.indexOf(row[weekdayAt]!);
    if (m < 0 || weekday < 0)
      throw new BankFileError(`unknown month '${row[monthAt]}' or weekday '${row[weekdayAt]}'`);
    if (m !== month) {
      if (m < month) year++;
      month = m;
      day = Date.UTC(year, m, 1);
    }
    const ahead = (weekday - new Date(day).getUTCDay() + 7) % 7;
    if (new Date(day + ahead * DAY).getUTCMonth() === m) day += ahead * DAY;
    return day;
  });
}

/** Calls of a day are spread over the working hours, 9:00 to 17:00 UTC, in the file's order. */
function assignTimes(rows: readonly (readonly string[])[]): Call[] {
  const days = assignDays(rows);
  const count = new Map<number, number>();
  for (const day of days) count.set(day, (count.get(day) ?? 0) + 1);
  const seen = new Map<number, number>();
  return rows.map((values, i) => {
    const day = days[i]!;
    const k = seen.get(day) ?? 0;
    seen.set(day, k + 1);
    const at = day + 9 * HOUR + Math.floor((8 * HOUR * k) / count.get(day)!);
    return { at, id: `client-${String(i + 1).padStart(5, '0')}`, values };
  });
}

export interface BankWorld extends World {
  /** First and last day with calls, epoch milliseconds of their midnights. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly rows: number;
  /** The first midnight after which `share` of the rows have happened. */
  dayAfter(share: number): number;
}

/**
 * The Bank Marketing file as a world: `age … nr.employed` without `duration` are sent with each call, and whether the
 * client subscribed is known a day later.
 * @param path `bank-additional-full.csv`, separated by semicolons
 * @throws BankFileError
 */
export function openBankWorld(path: string): BankWorld {
  const calls = assignTimes(parse(path));
  const byDay = Map.groupBy(calls, (c) => c.at - (c.at % DAY));
  const label = (c: Call): 0 | 1 => (c.values[HEADER.indexOf('y')] === 'yes' ? 1 : 0);
  return {
    model: 'term-deposit',
    rows: calls.length,
    firstDay: Math.min(...byDay.keys()),
    lastDay: Math.max(...byDay.keys()),
    dayAfter(share) {
      const call = calls[Math.min(calls.length - 1, Math.floor(share * calls.length))]!;
      return call.at - (call.at % DAY) + DAY;
    },
    partition(day): RawPartition {
      const rows = byDay.get(day) ?? [];
      const lines = rows.map((c) => [c.id, new Date(c.at).toISOString(), ...c.values].join(';'));
      const header = ['client_id', 'called_at', ...HEADER].join(';');
      return {
        date: isoDate(day),
        file: 'calls.csv',
        body: `${[header, ...lines].join('\n')}\n`,
        rows: rows.length,
      };
    },
    events(from, to): WorldEvent[] {
      const days: Call[] = [];
      for (let day = from - (from % DAY); day < to; day += DAY) days.push(...(byDay.get(day) ?? []));
      return days
        .filter((c) => c.at >= from && c.at < to)
        .map((c) => ({
          at: c.at,
          id: c.id,
          entity: c.id,
          features: Object.fromEntries(
            HEADER.map((name, i) => [name, c.values[i]]).filter(([name]) => !NOT_SENT.has(name!)),
          ),
          label: label(c),
          outcomeAt: c.at + DAY,
        }));
    },
  };
}
