/** What a bench prints. */
export interface BenchLine {
  readonly bench: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly floors?: Readonly<Record<string, number>>;
  readonly [figure: string]: unknown;
}

/** One measured number. */
export interface Figure {
  readonly bench: string;
  readonly name: string;
  readonly value: number;
  /** e.g. `≤ 15`, or empty when the figure is held to nothing. */
  readonly bound: string;
  /** Undefined when the figure is held to nothing. */
  readonly met?: boolean;
}

/**
 * The figures of a bench, in its own order.
 * @throws Error when a bound names no figure: a bound that holds nothing would always be met
 */
export function figuresOf(line: BenchLine): Figure[] {
  const { bench, limits = {}, floors = {}, ...rest } = line;
  const loose = [...Object.keys(limits), ...Object.keys(floors)].find((n) => typeof rest[n] !== 'number');
  if (loose !== undefined) throw new Error(`bench ${bench} bounds '${loose}', which it does not measure`);
  return Object.entries(rest)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .map(([name, value]) => {
      const [most, least] = [limits[name], floors[name]];
      if (most !== undefined) return { bench, name, value, bound: `≤ ${most}`, met: value <= most };
      if (least !== undefined) return { bench, name, value, bound: `≥ ${least}`, met: value >= least };
      return { bench, name, value, bound: '' };
    });
}

/** Figures as a table of fixed width. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    ['bench', 'figure', 'value', 'bound', ''],
    ...figures.map((f) => [
      f.bench,
      f.name,
      String(f.value),
      f.bound,
      f.met === undefined ? '' : f.met ? 'met' : 'MISSED',
    ]),
  ];
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((r) => r[c]!.length)));
  return rows
    .map((r) =>
      r
        .map((cell, c) => (c === 2 ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
