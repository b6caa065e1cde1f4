/**
 * Adjusted p-values of Benjamini and Hochberg (Journal of the Royal Statistical Society B 57, 1995): a test is a discovery
 * at false discovery rate q when its adjusted value is at most q. Thirty features tested at 5 % each would cry wolf in
 * four of five checks of a healthy model; this keeps the share of false cries among all cries.
 * @param ps p-values in any order; null (no test) stays null and does not count
 */
export function benjaminiHochberg(ps: readonly (number | null)[]): (number | null)[] {
  const tested = ps.flatMap((p, i) => (p === null ? [] : [{ p, i }])).sort((a, b) => b.p - a.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let least = 1;
  tested.forEach(({ p, i }, k) => {
    least = Math.min(least, (p * tested.length) / (tested.length - k));
    adjusted[i] = least;
  });
  return adjusted;
}
