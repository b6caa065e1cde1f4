import { existsSync, readFileSync } from 'node:fs';
import { DAY, isoDate, type World } from './types.ts';

/** The file is not there, or is not the Adult file. */
export class AdultFileError extends Error {
  override readonly name = 'AdultFileError';
}

const COLUMNS = [
  'age',
  'workclass',
  'fnlwgt',
  'education',
  'education-num',
  'marital-status',
  'occupation',
  'relationship',
  'race',
  'sex',
  'capital-gain',
  'capital-loss',
  'hours-per-week',
  'native-country',
  'income',
];

/** Days that the rows are spread over. */
export const ADULT_DAYS = 28;

/** Rows of `adult.data` or `adult.test`: the latter begins with a comment and ends its labels in a full stop. */
function parse(path: string): string[][] {
  if (!existsSync(path))
    throw new AdultFileError(`no file ${path}: give the Adult file (adult.data) with --data`);
  const lines = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('|'));
  return lines.map((line, i) => {
    const fields = line.split(',').map((f) => f.trim().replace(/^([<>]=?50K)\.$/, '$1'));
    if (fields.length !== COLUMNS.length || !/^(<=|>)50K$/.test(fields.at(-1)!))
      throw new AdultFileError(`${path} is not the Adult file: row ${i + 1} is '${line.slice(0, 60)}'`);
    return fields;
  });
}

export interface AdultWorld extends World {
  readonly rows: number;
}

/**
 * The Adult file as a world that asks nothing: its rows, in the file's order, lie in the {@link ADULT_DAYS} days before
 * `start`.
 * @throws AdultFileError
 */
export function openAdultWorld(path: string, start: number): AdultWorld {
  const rows = parse(path);
  const first = start - ADULT_DAYS * DAY;
  const perDay = Math.ceil(rows.length / ADULT_DAYS);
  const header = ['person_id', 'asked_at', ...COLUMNS].join(',');
  return {
    model: 'adult-income',
    rows: rows.length,
    partition(day) {
      const from = Math.round((day - first) / DAY) * perDay;
      const some = from < 0 ? [] : rows.slice(from, from + perDay);
      const lines = some.map((fields, i) => {
        const at = new Date(day + Math.floor((DAY * i) / perDay)).toISOString();
        return [`person-${from + i}`, at, ...fields].join(',');
      });
      return {
        date: isoDate(day),
        file: 'people.csv',
        body: `${[header, ...lines].join('\n')}\n`,
        rows: some.length,
      };
    },
    events: () => [],
  };
}
