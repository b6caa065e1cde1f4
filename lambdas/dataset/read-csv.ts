import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Malformed, RawFile, Wanted } from './batch.ts';
import { identifier, literal } from './duck.ts';
import { streamBatches } from './read-sql.ts';

/** Longest header line in bytes. */
const HEADER_BYTES = 65_536;

/**
 * Splits the header line of a CSV file: byte order mark, quotes and CRLF are understood.
 * @returns the names, or [] for an empty file
 */
export function splitHeader(text: string, delimiter: string): string[] {
  const names: string[] = [];
  let field = '';
  let quoted = false;
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (body.trim() === '') return [];
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (body[i + 1] === '"') field += body[i++];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '\n') break;
    else if (c === delimiter) {
      names.push(field.trim());
      field = '';
    } else field += c;
  }
  return [...names, field.trim()];
}

/**
 * Opens a CSV file with a header. Everything is read as text, so that a malformed value is a rejected row with its
 * reason and not a failed file; DuckDB's guesses at delimiter, quotes and types are switched off.
 */
export async function openCsv(
  db: DuckDBConnection,
  path: string,
  delimiter: string,
  wanted: Wanted,
): Promise<RawFile> {
  const columns = splitHeader(await head(path), delimiter);
  const twice = columns.find((c, i) => columns.indexOf(c) !== i);
  if (twice !== undefined) throw new Error(`the header names the column '${twice}' twice`);
  const types = columns.map((c) => `${literal(c)}: 'VARCHAR'`).join(', ');
  const from = `read_csv(${literal(path)}, columns = {${types}}, header = true, delim = ${literal(delimiter)},
    quote = '"', escape = '"', auto_detect = false, store_rejects = true, rejects_limit = 0)`;
  const typed = columns.map((name) => ({ name, type: 'VARCHAR' }));
  return {
    columns,
    batches: () => streamBatches(db, from, typed, wanted),
    malformed: () => rejectedLines(db, path),
  };
}

async function head(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Lines that DuckDB could not split. An unterminated quote swallows lines: each of them is a malformed row. */
async function rejectedLines(db: DuckDBConnection, path: string): Promise<Malformed[]> {
  const result = await db.runAndReadAll(
    `SELECT line::DOUBLE AS line, any_value(lower(error_type::VARCHAR)) AS reason, any_value(csv_line) AS raw
     FROM ${identifier('reject_errors')} e JOIN ${identifier('reject_scans')} s USING (scan_id, file_id)
     WHERE s.file_path = ${literal(path)} GROUP BY line ORDER BY line`,
  );
  return result.getRows().flatMap(([line, reason, raw]) =>
    String(raw ?? '')
      .split('\n')
      .filter((text, _i, all) => text.trim() !== '' || all.length === 1)
      .map((text, i) => ({
        row: Number(line) + i - 1, // the header is line 1, the first row is row 1
        reason: `malformed csv: ${reason}`,
        raw: text.trim(),
      })),
  );
}
