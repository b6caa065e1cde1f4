/**
 * Without any change the index is about (bins − 1) (1/n + 1/m) in the mean (it is χ² distributed: Yurdakul and Naranjo,
 * Statistical properties of the population stability index, 2020): 0.22 for twelve bins and a hundred rows each.
 */
const MIN_ROWS = 100;

/**
 * Population stability index of two samples of scores: the sum over bins of (a - e) ln(a / e), where e and a are the
 * shares of the reference and of the other sample in the bin (Siddiqi, Credit Risk Scorecards, 2006; the rule of
 * thumb: below 0.1 nothing changed, above 0.25 it did).
 *
 * Ours: inner edges are the reference's deciles and its 95th and 99th percentile (scores of rare classes lie close
 * together, and decisions are made in the tail), rounded to 0.01 and freed of duplicates: a shift by less than one
 * point of probability is no change to anybody. Bins are (-∞, e1], (e1, e2], …. Half a row is added to every bin
 * (Jeffreys prior), so that an empty bin gives a large but finite number.
 * @returns null with fewer than 100 rows on either side: chance alone would give much
 */
export function scorePsi(reference: readonly number[], other: readonly number[]): number | null {
  if (Math.min(reference.length, other.length) < MIN_ROWS) return null;
  const edges = scoreEdges(reference);
  const bins = edges.length + 1;
  const e = shares(reference, edges, bins);
  const a = shares(other, edges, bins);
  let psi = 0;
  for (let i = 0; i < bins; i++) psi += (a[i]! - e[i]!) * Math.log(a[i]! / e[i]!);
  return psi;
}

const PROBABILITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

export function scoreEdges(scores: readonly number[]): number[] {
  const sorted = Float64Array.from(scores).sort();
  const edges = PROBABILITIES.map((p) => {
    const quantile = sorted[Math.ceil(p * sorted.length) - 1]!;
    return Math.round(quantile * 100) / 100;
  });
  return [...new Set(edges)];
}

function shares(scores: readonly number[], edges: readonly number[], bins: number): Float64Array {
  const counts = new Float64Array(bins).fill(0.5);
  for (const s of scores) {
    const bin = edges.findIndex((e) => s <= e);
    counts[bin === -1 ? bins - 1 : bin]! += 1;
  }
  const total = scores.length + 0.5 * bins;
  return counts.map((c) => c / total);
}
