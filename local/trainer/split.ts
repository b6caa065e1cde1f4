import type { BinnedColumn } from './bins.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/** The best cut of one node. Sums are of gradients g and hessians h. */
export interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly equals: boolean;
  readonly missingLeft: boolean;
  readonly leftG: number;
  readonly leftH: number;
}

/** XGBoost's ThresholdL1: shrinks the gradient sum by alpha. */
const shrink = (g: number, alpha: number): number => (g > alpha ? g - alpha : g < -alpha ? g + alpha : 0);

/** Score of a leaf, T(G)² / (H + λ) (Chen and Guestrin 2016, eq. 6, with L1; without the constant ½, as XGBoost). */
export const leafScore = (g: number, h: number, p: Hyperparameters): number => score(g, h, p.alpha, p.lambda);

function score(g: number, h: number, alpha: number, lambda: number): number {
  const t = alpha === 0 ? g : shrink(g, alpha);
  return (t * t) / (h + lambda);
}

/** Weight of a leaf, −T(G) / (H + λ) (eq. 5). */
export const leafWeight = (g: number, h: number, p: Hyperparameters): number =>
  -shrink(g, p.alpha) / (h + p.lambda);

/**
 * Best split of a node from its histogram, over the sampled features; missing values are tried on both sides.
 * Ties go to the first found, so the result does not depend on anything but the data.
 * @param histogram interleaved [g, h] a bin, feature after feature at `offsets`
 * @returns undefined where no split gains more than gamma with min_child_weight on both sides
 */
export function findSplit(
  histogram: Float64Array,
  offsets: readonly number[],
  columns: readonly BinnedColumn[],
  features: readonly number[],
  total: { readonly g: number; readonly h: number },
  p: Hyperparameters,
): Split | undefined {
  const { g: G, h: H } = total;
  const { alpha, lambda, min_child_weight: least } = p;
  const parent = leafScore(G, H, p);
  // XGBoost's kRtEps: a gain below it is rounding.
  let best = Math.max(p.gamma, 1e-6);
  let found: Split | undefined;
  const consider = (
    f: number,
    bin: number,
    equals: boolean,
    missingLeft: boolean,
    g: number,
    h: number,
  ): void => {
    if (h < least || H - h < least) return;
    const gain = score(g, h, alpha, lambda) + score(G - g, H - h, alpha, lambda) - parent;
    if (gain > best) {
      best = gain;
      found = { gain, feature: f, bin, equals, missingLeft, leftG: g, leftH: h };
    }
  };
  for (const f of features) {
    const column = columns[f]!;
    const values = column.cuts.length + 1;
    const at = offsets[f]!;
    const missingG = histogram[at + 2 * values]!;
    const missingH = histogram[at + 2 * values + 1]!;
    const hasMissing = missingH > 0;
    let g = 0;
    let h = 0;
    for (let b = 0; b < values; b++) {
      const bg = histogram[at + 2 * b]!;
      const bh = histogram[at + 2 * b + 1]!;
      g += bg;
      h += bh;
      if (b < values - 1 || hasMissing) {
        consider(f, b, false, false, g, h);
        if (hasMissing && b < values - 1) consider(f, b, false, true, g + missingG, h + missingH);
      }
      if (column.categorical && values > 2) consider(f, b, true, false, bg, bh);
    }
  }
  return found;
}
