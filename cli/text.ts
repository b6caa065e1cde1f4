/** What is shown of a value in a table. */
export function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(4)));
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** ISO 8601 to the minute, as people read it. */
export const minute = (iso: string | null | undefined): string =>
  iso ? `${iso.slice(0, 16).replace('T', ' ')}Z` : '-';
/** The first digits of a hash. */
export const short = (hash: string | null | undefined): string => (hash ? hash.slice(0, 12) : '-');

/** A table with a head, columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [head, ...rows.map((r) => r.map(show))];
  const widths = head.map((_, i) => Math.max(...cells.map((r) => (r[i] ?? '').length)));
  return cells
    .map((r) =>
      r
        .map((c, i) => c.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one a line. */
export function pairs(entries: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${show(value)}`.trimEnd()).join('\n');
}

/** Titled blocks; empty ones are left out. */
export const blocks = (parts: readonly (readonly [string, string])[]): string =>
  parts
    .filter(([, body]) => body !== '')
    .map(([title, body]) => (title ? `${title}\n${body.replaceAll(/^/gm, '  ')}` : body))
    .join('\n\n');
