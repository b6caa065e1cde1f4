import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { isGoldenEntity } from '../shared/features/entity.ts';
import {
  type CompiledFeature,
  explainValue,
  FAILED,
  type FeatureSpec,
  parseValue,
  readValue,
} from '../shared/features/parse.ts';
import { nullTexts } from '../shared/features/value.ts';
import { type Batch, hexOf, type RawFile } from './batch.ts';
import { lateCounter, timeColumns } from './known-at.ts';
import { compileLabel } from './label.ts';
import type { Rejects } from './rejects.ts';
import type { Source } from './sources.ts';
import { type Column, MISSING_CODE, reserve, type Table } from './table.ts';
import type { Tally } from './tally.ts';
import type { Window } from './window.ts';

export interface IntakeOptions {
  readonly definition: ModelDefinition;
  readonly spec: FeatureSpec;
  readonly window: Window;
  readonly table: Table;
  readonly tally: Tally;
  readonly rejects: Rejects;
  /** Share of golden entities, and which side of it this intake collects. */
  readonly golden: { readonly fraction: number; readonly collect: boolean };
}

/** Raw columns that every file must have. */
export const requiredColumns = (definition: ModelDefinition, spec: FeatureSpec): readonly string[] => [
  ...new Set([
    ...spec.columns,
    definition.label.column,
    definition.eventTime,
    definition.entity,
    ...timeColumns(definition),
  ]),
];

/**
 * Validates raw rows with the compiled features that inference uses, column by column, and adds the accepted ones to
 * the table. Rows of the golden side that is not collected are counted and left out; the rest are rejects.
 */
export class Intake {
  readonly #o: IntakeOptions;
  readonly #label: (raw: unknown) => number;
  readonly #codes: readonly (Map<string, number> | undefined)[];
  /** Parsed values of the batch by feature: NaN (or MISSING_CODE) before the default is laid in. */
  readonly #scratch: Float64Array[];
  readonly #bad = new Uint8Array(2048);
  /** Columns of a rejected row that are kept. */
  readonly #kept: readonly string[];
  readonly #countLate: (batch: Batch, row: number) => void;

  constructor(options: IntakeOptions) {
    this.#o = options;
    const { entity } = options.definition;
    this.#kept = requiredColumns(options.definition, options.spec).filter((c) => c !== entity);
    this.#countLate = lateCounter(options.definition, options.tally);
    this.#label = compileLabel(options.definition.label, nullTexts(options.definition));
    this.#codes = options.spec.features.map((f) => (f.kind === 'categorical' ? new Map() : undefined));
    this.#scratch = options.spec.features.map(() => new Float64Array(2048));
  }

  /** Takes in one file. A file that lacks a required column loses all its rows, each with that reason. */
  async file(source: Source, file: RawFile): Promise<void> {
    const { definition, spec, tally, rejects } = this.#o;
    const missing = requiredColumns(definition, spec).find((c) => !file.columns.includes(c));
    for await (const batch of file.batches()) {
      tally.of(source.date).read += batch.rows;
      if (missing === undefined) this.batch(source, batch);
      else
        for (let r = 0; r < batch.rows; r++)
          this.#reject(source, batch, r, `${missing}: the file has no such column`);
    }
    for (const bad of await file.malformed()) {
      tally.of(source.date).read++;
      tally.reject(source.date, bad.reason);
      rejects.add(bad.reason, source.key, bad.row, bad.raw);
    }
  }

  batch(source: Source, batch: Batch): void {
    const { definition, spec, table, tally, golden, window } = this.#o;
    const { rows } = batch;
    const bad = this.#bad.fill(0);
    spec.features.forEach((feature, f) => {
      this.#parseColumn(feature, f, batch);
    });
    reserve(table, rows);
    const partition = tally.of(source.date);
    const rawLabel = batch.column(definition.label.column);
    for (let r = 0; r < rows; r++) {
      const time = batch.time(r);
      const label = this.#label(rawLabel(r));
      const entity = batch.entity(r);
      if (bad[r] || !(time >= window.fromMs && time < window.toMs) || Number.isNaN(label) || entity === 0n) {
        this.#reject(source, batch, r, this.#why(batch, r, time, label, entity));
        continue;
      }
      const isGolden = isGoldenEntity(hexOf(entity), golden.fraction);
      if (isGolden) tally.golden++;
      this.#count(partition, r);
      this.#countLate(batch, r);
      if (isGolden !== golden.collect) continue;
      this.#append(r, time, label, entity);
    }
  }

  /** Parses one feature of the batch into its scratch column and marks the rows it makes invalid. */
  #parseColumn(feature: CompiledFeature, f: number, batch: Batch): void {
    const out = this.#scratch[f]!;
    const bad = this.#bad;
    const read = feature.onDemand
      ? (r: number) => readValue(feature, batch.record(r))
      : batch.column(feature.name);
    if (feature.kind === 'numeric') {
      for (let r = 0; r < batch.rows; r++) {
        const raw = read(r);
        const n = raw === FAILED ? Number.POSITIVE_INFINITY : feature.accept(raw);
        if (n === Number.POSITIVE_INFINITY || (feature.rejectsMissing && Number.isNaN(n))) bad[r] = 1;
        out[r] = n;
      }
      return;
    }
    const column = this.#o.table.columns[f] as Extract<Column, { kind: 'categorical' }>;
    const codes = this.#codes[f]!;
    for (let r = 0; r < batch.rows; r++) {
      const raw = read(r);
      const category = raw === FAILED ? undefined : feature.accept(raw);
      if (category === undefined || (category === null && feature.rejectsMissing)) bad[r] = 1;
      out[r] = typeof category === 'string' ? codeOf(category, codes, column.categories) : MISSING_CODE;
    }
  }

  #count(partition: { accepted: number; nulls: Float64Array }, r: number): void {
    partition.accepted++;
    const features = this.#o.spec.features;
    for (let f = 0; f < features.length; f++) {
      const v = this.#scratch[f]![r]!;
      if (Number.isNaN(v) || (v === MISSING_CODE && features[f]!.kind === 'categorical'))
        partition.nulls[f]!++;
    }
  }

  #append(r: number, time: number, label: number, entity: bigint): void {
    const { spec, table } = this.#o;
    const at = table.size++;
    for (let f = 0; f < spec.features.length; f++) {
      const feature = spec.features[f]!;
      const column = table.columns[f]!;
      const v = this.#scratch[f]![r]!;
      if (feature.kind === 'numeric') column.values[at] = Number.isNaN(v) ? feature.substitute : v;
      else if (v !== MISSING_CODE || feature.substitute === null) column.values[at] = v;
      else if (column.kind === 'categorical')
        column.values[at] = codeOf(feature.substitute, this.#codes[f]!, column.categories);
    }
    table.time[at] = time;
    table.label[at] = label;
    table.entity[at] = entity;
  }

  #why(batch: Batch, r: number, time: number, label: number, entity: bigint): string {
    const { definition, spec, window } = this.#o;
    if (Number.isNaN(time)) return `${definition.eventTime}: not a time`;
    if (time < window.fromMs || time >= window.toMs) return `${definition.eventTime}: outside the window`;
    if (entity === 0n) return `${definition.entity}: missing`;
    if (Number.isNaN(label)) return `${definition.label.column}: not a label`;
    for (const feature of spec.features) {
      const raw = feature.onDemand ? readValue(feature, batch.record(r)) : batch.column(feature.name)(r);
      if (raw !== FAILED && parseValue(feature, raw) !== undefined) continue;
      const issue = explainValue(feature, raw);
      return `${issue.field}: ${issue.reason}`;
    }
    throw new Error('a row was rejected that nothing is wrong with');
  }

  #reject(source: Source, batch: Batch, r: number, reason: string): void {
    this.#o.tally.reject(source.date, reason);
    const record = batch.record(r);
    // Without the entity: source and row number find it where it may be read.
    const raw = Object.fromEntries(this.#kept.map((c) => [c, record[c] ?? null]));
    this.#o.rejects.add(reason, source.key, batch.first + r, JSON.stringify(raw));
  }
}

function codeOf(category: string, codes: Map<string, number>, categories: string[]): number {
  let code = codes.get(category);
  if (code === undefined) {
    code = categories.push(category) - 1;
    codes.set(category, code);
  }
  return code;
}
