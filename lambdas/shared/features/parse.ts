import type { FeatureRow, FeatureValue, OnDemandFeatures, RawRecord } from '../../../contracts/features.ts';
import type { Feature, ModelDefinition } from '../../../contracts/model-definition.ts';
import {
  compileCategory,
  compileNumber,
  explainCategory,
  explainNumber,
  type FieldIssue,
  nullTexts,
  show,
} from './value.ts';

export type { FieldIssue, IssueReason } from './value.ts';

interface Compiled {
  readonly name: string;
  readonly onDemand: boolean;
  /** The raw value of a record: its column, or what `features.ts` computes. */
  readonly read: (raw: RawRecord) => unknown;
  /** A missing value makes the row invalid. */
  readonly rejectsMissing: boolean;
  readonly explain: (raw: unknown) => FieldIssue;
}
export interface CompiledNumeric extends Compiled {
  readonly kind: 'numeric';
  /** See {@link compileNumber}: NaN is missing, Infinity not valid. */
  readonly accept: (raw: unknown) => number;
  /** Stands in for a missing value; NaN stays missing. */
  readonly substitute: number;
}
export interface CompiledCategorical extends Compiled {
  readonly kind: 'categorical';
  /** See {@link compileCategory}: null is missing, undefined not valid. */
  readonly accept: (raw: unknown) => string | null | undefined;
  readonly substitute: string | null;
}
export type CompiledFeature = CompiledNumeric | CompiledCategorical;

export type ParseResult =
  /** `degraded`: a default stood in for at least one value. */
  | { readonly ok: true; readonly row: FeatureRow; readonly degraded: boolean }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** The feature spec of one model, compiled once per process. */
export interface FeatureSpec {
  readonly features: readonly CompiledFeature[];
  /** Raw columns a record is made of: the features that are not on demand, and the inputs of those that are. */
  readonly columns: readonly string[];
  readonly knows: (column: string) => boolean;
}

/**
 * Compiles the feature spec of a model.
 * @throws Error when an on-demand feature has no function, or a default is not of its feature's kind or range
 */
export function compileSpec(definition: ModelDefinition, onDemand: OnDemandFeatures): FeatureSpec {
  const nulls = nullTexts(definition);
  const features = definition.features.map((f) => compileFeature(f, nulls, onDemand));
  const columns = [
    ...new Set([...features.filter((f) => !f.onDemand).map((f) => f.name), ...definition.inputs]),
  ];
  const known = new Set(columns);
  return { features, columns, knows: (c) => known.has(c) };
}

/**
 * Parses one raw record: types, text numbers, null texts, defaults, ranges, on-demand features. Freeze and inference
 * both call it (freeze through the same compiled features, column by column), so both see the same row.
 * Columns that the spec does not know are ignored here; ask `spec.knows`.
 */
export function parseRecord(spec: FeatureSpec, raw: RawRecord): ParseResult {
  const row: FeatureRow = {};
  let issues: FieldIssue[] | undefined;
  let degraded = false;
  for (const feature of spec.features) {
    const value = readValue(feature, raw);
    const parsed = value === FAILED ? undefined : parseValue(feature, value);
    if (parsed === undefined) {
      issues ??= [];
      issues.push(explainValue(feature, value));
      continue;
    }
    if (parsed === null && substituteOf(feature) !== null) degraded = true;
    row[feature.name] = parsed === null ? substituteOf(feature) : parsed;
  }
  return issues ? { ok: false, issues } : { ok: true, row, degraded };
}

/** What {@link readValue} answers when an on-demand feature threw. */
export const FAILED = Symbol('not computable');

/** The raw value of one feature, or {@link FAILED}. */
export function readValue(feature: CompiledFeature, raw: RawRecord): unknown {
  if (!feature.onDemand) return raw[feature.name];
  try {
    return feature.read(raw);
  } catch {
    // On-demand features are the model owner's code: what it cannot compute makes this row invalid, not the batch.
    return FAILED;
  }
}

/** A raw value as parsed: null when missing (before the substitute), undefined when not valid. */
export function parseValue(feature: CompiledFeature, raw: unknown): FeatureValue | undefined {
  if (feature.kind === 'categorical') {
    const category = feature.accept(raw);
    return category === null && feature.rejectsMissing ? undefined : category;
  }
  const n = feature.accept(raw);
  if (Number.isNaN(n)) return feature.rejectsMissing ? undefined : null;
  return n === Number.POSITIVE_INFINITY ? undefined : n;
}

/** Why {@link parseValue} answered undefined. */
export function explainValue(feature: CompiledFeature, raw: unknown): FieldIssue {
  const field = feature.name;
  if (raw === FAILED)
    return { field, reason: 'not computable', expected: 'inputs it can be computed from', got: 'an error' };
  const accepted = feature.accept(raw);
  if (accepted === null || Number.isNaN(accepted))
    return {
      field,
      reason: 'missing',
      expected: feature.kind === 'numeric' ? 'a number' : 'text',
      got: show(raw),
    };
  return feature.explain(raw);
}

const substituteOf = (f: CompiledFeature): FeatureValue =>
  f.kind === 'numeric' ? (Number.isNaN(f.substitute) ? null : f.substitute) : f.substitute;

function compileFeature(f: Feature, nulls: ReadonlySet<string>, onDemand: OnDemandFeatures): CompiledFeature {
  const compute = onDemand[f.name];
  if (f.onDemand && !compute)
    throw new Error(`feature '${f.name}' is on demand, but features.ts exports no function of that name`);
  const common = {
    name: f.name,
    onDemand: f.onDemand,
    read: compute && f.onDemand ? compute : (raw: RawRecord) => raw[f.name],
    rejectsMissing: f.onNull === 'reject',
  };
  const fallback = typeof f.onNull === 'object' ? f.onNull.default : undefined;
  if (f.kind === 'categorical') {
    const accept = compileCategory(nulls);
    const substitute = fallback === undefined ? null : accept(fallback);
    if (fallback !== undefined && typeof substitute !== 'string') throw badDefault(f, fallback, 'text');
    return {
      ...common,
      kind: 'categorical',
      accept,
      substitute: substitute ?? null,
      explain: (raw) => explainCategory(f.name, raw),
    };
  }
  const accept = compileNumber(f, nulls);
  const substitute = fallback === undefined ? Number.NaN : accept(fallback);
  if (fallback !== undefined && !Number.isFinite(substitute))
    throw badDefault(f, fallback, 'a number within its range');
  return {
    ...common,
    kind: 'numeric',
    accept,
    substitute,
    explain: (raw) => explainNumber(f.name, f, raw),
  };
}

const badDefault = (f: Feature, value: unknown, expected: string) =>
  new Error(`feature '${f.name}': the default ${show(value)} is not ${expected}`);
