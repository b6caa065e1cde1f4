import type { Baseline, FeatureBaseline, NumericBaseline } from '../../../contracts/dataset.ts';
import type { FeatureRow, FeatureValue } from '../../../contracts/features.ts';
import { binOf } from './psi.ts';

/** What the window holds of one numeric feature, in the bins of its baseline. */
export interface NumericProfile {
  readonly kind: 'numeric';
  readonly counts: number[];
  nulls: number;
  /** Values below the baseline's minimum or above its maximum. */
  outOfRange: number;
}
export interface CategoricalProfile {
  readonly kind: 'categorical';
  /** By category of the baseline's vocabulary. */
  readonly counts: Map<string, number>;
  unseen: number;
  nulls: number;
}
export type FeatureProfile = NumericProfile | CategoricalProfile;

/** Histograms of a window, made row by row: memory does not grow with the rows. */
export class WindowProfile {
  rows = 0;
  readonly features: Readonly<Record<string, FeatureProfile>>;
  readonly score: NumericProfile | null;
  readonly #baseline: Baseline;

  constructor(baseline: Baseline) {
    this.#baseline = baseline;
    this.features = Object.fromEntries(
      Object.entries(baseline.features).map(([name, b]) => [name, emptyProfile(b)]),
    );
    this.score = baseline.score && emptyNumeric(baseline.score);
  }

  add(row: FeatureRow, score: number): void {
    this.rows++;
    for (const name in this.features)
      addValue(this.#baseline.features[name]!, this.features[name]!, row[name] ?? null);
    if (this.score && this.#baseline.score) addNumber(this.#baseline.score, this.score, score);
  }
}

const emptyNumeric = (b: NumericBaseline): NumericProfile => ({
  kind: 'numeric',
  counts: new Array(b.edges.length + 1).fill(0),
  nulls: 0,
  outOfRange: 0,
});

const emptyProfile = (b: FeatureBaseline): FeatureProfile =>
  b.kind === 'numeric' ? emptyNumeric(b) : { kind: 'categorical', counts: new Map(), unseen: 0, nulls: 0 };

function addValue(b: FeatureBaseline, p: FeatureProfile, value: FeatureValue): void {
  if (value === null) p.nulls++;
  else if (b.kind === 'numeric' && p.kind === 'numeric') addNumber(b, p, Number(value));
  else if (b.kind === 'categorical' && p.kind === 'categorical') {
    const category = String(value);
    if (Object.hasOwn(b.counts, category)) p.counts.set(category, (p.counts.get(category) ?? 0) + 1);
    else p.unseen++;
  }
}

function addNumber(b: NumericBaseline, p: NumericProfile, value: number): void {
  // The baseline was made from float32 columns: compare as the model sees it.
  const v = Math.fround(value);
  p.counts[binOf(b.edges, v)]!++;
  if ((b.min !== null && v < b.min) || (b.max !== null && v > b.max)) p.outOfRange++;
}
