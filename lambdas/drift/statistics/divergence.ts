/** Shares of the bins; null when there is nothing in them. */
function shares(counts: readonly number[]): number[] | null {
  const total = counts.reduce((sum, c) => sum + c, 0);
  return total > 0 ? counts.map((c) => c / total) : null;
}

const relativeEntropy = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, v, i) => (v > 0 ? sum + v * Math.log(v / q[i]!) : sum), 0);

/**
 * Kullback-Leibler divergence D(actual ‖ expected) in nats: 0 for equal shares, infinite when something appears in a bin
 * that was empty (hence a bounded statistic beside it).
 * @returns null when either histogram is empty
 */
export function klDivergence(actual: readonly number[], expected: readonly number[]): number | null {
  const [p, q] = [shares(actual), shares(expected)];
  return p && q ? relativeEntropy(p, q) : null;
}

/**
 * Jensen-Shannon distance: the square root of the Jensen-Shannon divergence with base-2 logarithms (Endres and
 * Schindelin, IEEE Transactions on Information Theory 49, 2003). A metric from 0 (equal) to 1 (nothing in common).
 * @returns null when either histogram is empty
 */
export function jensenShannon(a: readonly number[], b: readonly number[]): number | null {
  const [p, q] = [shares(a), shares(b)];
  if (!p || !q) return null;
  const middle = p.map((v, i) => (v + q[i]!) / 2);
  const divergence = (relativeEntropy(p, middle) + relativeEntropy(q, middle)) / 2 / Math.LN2;
  return Math.min(1, Math.sqrt(Math.max(0, divergence)));
}
