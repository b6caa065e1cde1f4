import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RawRecord } from '../../contracts/features.ts';
import { hashEntity } from '../shared/features/entity.ts';
import type { Batch, Malformed, RawFile, Wanted } from './batch.ts';
import { parseEventTime } from './window.ts';

const BATCH_ROWS = 2048;

/**
 * Opens a file of one JSON object a line. Blank lines are nothing; a line that is no JSON object is a malformed row.
 * A column is in the file when any of its rows has it.
 */
export async function openJsonl(path: string, wanted: Wanted): Promise<RawFile> {
  const columns = new Set<string>();
  for await (const { record } of lines(path))
    if (record) for (const name of Object.keys(record)) columns.add(name);
  const malformed: Malformed[] = [];
  async function* batches(): AsyncGenerator<Batch> {
    let records: RawRecord[] = [];
    let first = 1;
    malformed.length = 0;
    for await (const { row, record, raw } of lines(path)) {
      if (!record) malformed.push({ row, reason: 'malformed json', raw });
      else if (records.push(record) === BATCH_ROWS) {
        yield recordBatch(records, first, wanted);
        first += records.length;
        records = [];
      }
    }
    if (records.length > 0) yield recordBatch(records, first, wanted);
  }
  return { columns: [...columns], batches, malformed: async () => malformed };
}

/** A batch over records in memory. */
export const recordBatch = (records: readonly RawRecord[], first: number, wanted: Wanted): Batch => ({
  rows: records.length,
  first,
  column: (name) => (row) => records[row]![name],
  record: (row) => records[row]!,
  time: (row) => parseEventTime(records[row]![wanted.eventTime]),
  entity: (row) => {
    const value = records[row]![wanted.entity];
    const text = value === null || value === undefined || typeof value === 'object' ? '' : String(value);
    return text === '' ? 0n : BigInt(`0x${hashEntity(text)}`);
  },
});

async function* lines(path: string): AsyncGenerator<{ row: number; record: RawRecord | null; raw: string }> {
  let row = 0;
  for await (const line of createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const raw = line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
    if (raw.trim() !== '') yield { row: ++row, record: parseObject(raw), raw };
  }
}

function parseObject(text: string): RawRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as RawRecord) : null;
  } catch {
    return null; // not JSON: the caller counts the row as malformed and keeps its text
  }
}
