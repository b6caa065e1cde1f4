export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

/** Reads what a training process prints, line by line. */
export class MetricReader {
  readonly #patterns: readonly { readonly name: string; readonly pattern: RegExp }[];
  readonly #last = new Map<string, number>();
  readonly #epochs = new Set<string>();

  /** @throws SyntaxError for a regular expression that cannot be read */
  constructor(definitions: readonly MetricDefinition[]) {
    this.#patterns = definitions.map((d) => ({ name: d.Name, pattern: new RegExp(d.Regex) }));
  }

  read(line: string): void {
    const epoch = /\bepoch=(\d+)/.exec(line)?.[1];
    if (epoch !== undefined) this.#epochs.add(epoch);
    for (const { name, pattern } of this.#patterns) {
      const value = Number(pattern.exec(line)?.[1]);
      if (Number.isFinite(value)) this.#last.set(name, value);
    }
  }

  /** Distinct epochs seen, over all attempts. */
  get epochs(): number {
    return this.#epochs.size;
  }

  /** The last value of every metric that was seen: `FinalMetricDataList`. */
  final(): { readonly MetricName: string; readonly Value: number }[] {
    return [...this.#last].map(([MetricName, Value]) => ({ MetricName, Value }));
  }
}
