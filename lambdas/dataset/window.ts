const DAY_MS = 86_400_000;

/** Half-open [from, to) in epoch milliseconds. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The rolling window of a freeze: from the start of the UTC day `days` days ago, so that whole partitions are read, to
 * now, because the newest rows matter most.
 */
export function rollingWindow(now: Date, days: number): Window {
  const toMs = now.getTime();
  return { fromMs: Math.floor(toMs / DAY_MS) * DAY_MS - days * DAY_MS, toMs };
}

/** UTC calendar date, `YYYY-MM-DD`. */
export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The window as manifests carry it. */
export const isoWindow = (w: Window) => ({
  from: new Date(w.fromMs).toISOString(),
  to: new Date(w.toMs).toISOString(),
});

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/;
const EPOCH = /^-?\d{1,16}$/;

/**
 * Epoch milliseconds of an event time: ISO 8601 (UTC where it names no zone) or epoch milliseconds, as number or text.
 * NaN for anything else.
 */
export function parseEventTime(raw: unknown): number {
  if (typeof raw === 'number') return Number.isInteger(raw) ? raw : Number.NaN;
  if (typeof raw === 'bigint') return Number(raw);
  if (typeof raw !== 'string') return Number.NaN;
  const text = raw.trim();
  const iso = ISO.exec(text);
  // Date.parse would take a text without zone as local time, which is not the same on every machine.
  if (iso) return Date.parse(iso[2] === undefined ? iso[1]! : `${iso[1]}T${iso[2]}${iso[3] ?? 'Z'}`);
  return EPOCH.test(text) ? Number(text) : Number.NaN;
}
