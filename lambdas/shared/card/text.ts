/** A number to four digits after the point; what is not known is `n/a`. */
export const number = (v: number | null | undefined): string =>
  v === null || v === undefined ? 'n/a' : String(Number(v.toFixed(4)));

/** A cell must not end the table's column. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

export const bullets = (items: readonly string[]): string =>
  items.length > 0 ? items.map((i) => `- ${i}`).join('\n') : '- none';
export const listed = (items: readonly string[]): string => (items.length > 0 ? items.join(', ') : 'none');
