/** What may happen to the stream from a moment on (epoch milliseconds), until `to` if given. */
export type Campaign = { readonly from: number; readonly to?: number } & (
  | {
      /** More payments in some merchant categories, so that the PSI of the category is `psi`. */
      readonly kind: 'shift';
      readonly categories: readonly string[];
      readonly psi: number;
    }
  /** A bug in the pipeline: the column comes empty. */
  | { readonly kind: 'null'; readonly column: string }
  /** Fraudsters change their ways: what spoke for fraud speaks less, and small payments speak for it. */
  | { readonly kind: 'concept'; readonly strength: number }
);

export const active = <K extends Campaign['kind']>(
  campaigns: readonly Campaign[],
  kind: K,
  at: number,
): Extract<Campaign, { kind: K }>[] =>
  campaigns.filter(
    (c): c is Extract<Campaign, { kind: K }> => c.kind === kind && at >= c.from && at < (c.to ?? Infinity),
  );

/** PSI of two discrete distributions, Σ (q − p) ln(q / p) (Siddiqi, Credit Risk Scorecards, 2006). */
export const psiOf = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, share, i) => sum + (q[i]! - share) * Math.log(q[i]! / share), 0);

/**
 * Multiplies the shares of `favoured` until the PSI against the old shares is `target`.
 * @returns new shares, summing to 1
 */
export function shiftShares(
  shares: readonly number[],
  favoured: readonly boolean[],
  target: number,
): number[] {
  const scaled = (factor: number): number[] => {
    const raw = shares.map((s, i) => (favoured[i] ? s * factor : s));
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((s) => s / total);
  };
  let low = 1;
  let high = 1000;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (psiOf(shares, scaled(middle)) < target) low = middle;
    else high = middle;
  }
  return scaled(high);
}
