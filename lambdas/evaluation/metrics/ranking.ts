/** Items shown for one query, with what was relevant: one row an item. */
export interface RankedRow {
  readonly query: string;
  readonly item: string;
  /** Relevance, 0 or more; binary labels are 0 and 1. */
  readonly gain: number;
  readonly score: number;
}

/** Rows by query entity, in order of appearance. */
export const byQuery = (rows: readonly RankedRow[]): RankedRow[][] => [
  ...Map.groupBy(rows, (r) => r.query).values(),
];

const discount = (rank: number): number => 1 / Math.log2(rank + 1);

/**
 * NDCG@k of one query: Σ gain / log2(rank + 1) over the first k ranks, divided by that of the ideal order (Järvelin and
 * Kekäläinen, ACM Transactions on Information Systems 20, 2002, with linear gain, which for binary labels is the same as
 * 2^gain − 1). Items of equal score share the mean gain of their ranks (McSherry and Najork, ECIR 2008), so the order of
 * the rows does not matter.
 * @returns null when the query has nothing relevant: every order is ideal
 */
export function ndcg(rows: readonly RankedRow[], k: number): number | null {
  const ideal = rows
    .map((r) => r.gain)
    .sort((a, b) => b - a)
    .slice(0, k)
    .reduce((sum, gain, i) => sum + gain * discount(i + 1), 0);
  if (ideal === 0) return null;
  const sorted = [...rows].sort((a, b) => b.score - a.score);
  let sum = 0;
  for (let from = 0; from < Math.min(k, sorted.length); ) {
    let to = from;
    while (to + 1 < sorted.length && sorted[to + 1]!.score === sorted[from]!.score) to++;
    let gains = 0;
    let discounts = 0;
    for (let i = from; i <= to; i++) {
      gains += sorted[i]!.gain;
      if (i < k) discounts += discount(i + 1);
    }
    sum += (gains / (to - from + 1)) * discounts;
    from = to + 1;
  }
  return sum / ideal;
}

/**
 * Average precision at k of one query: the mean of the precision at the rank of each relevant item among the first k,
 * over min(k, relevant items) (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 8.4).
 * Of items with equal score the irrelevant come first: a model earns nothing by not deciding.
 * @returns null when the query has nothing relevant
 */
export function averagePrecision(rows: readonly RankedRow[], k: number): number | null {
  const relevant = rows.filter((r) => r.gain > 0).length;
  if (relevant === 0) return null;
  const sorted = [...rows].sort((a, b) => b.score - a.score || a.gain - b.gain).slice(0, k);
  let [found, sum] = [0, 0];
  sorted.forEach((r, i) => {
    if (r.gain > 0) sum += ++found / (i + 1);
  });
  return sum / Math.min(k, relevant);
}

/** The items that each query is shown: its k best, ties by item. */
const shown = (queries: readonly (readonly RankedRow[])[], k: number): string[] =>
  queries.flatMap((rows) =>
    [...rows]
      .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1))
      .slice(0, k)
      .map((r) => r.item),
  );

/**
 * Share of the catalogue that is shown to anybody.
 * @returns null when there is no catalogue
 */
export function catalogueCoverage(
  queries: readonly (readonly RankedRow[])[],
  catalogue: ReadonlySet<string>,
  k: number,
): number | null {
  if (catalogue.size === 0) return null;
  const seen = new Set(shown(queries, k).filter((item) => catalogue.has(item)));
  return seen.size / catalogue.size;
}

/**
 * Long-tail lift: share of the long tail among what is shown, over its share among what could have been. 1: as much as by
 * chance; below: the model favours the head. The tail are the items outside the most frequent ones that together make up
 * `head` of all rows (80 % by default, Pareto's share, as customary since Anderson's The Long Tail, 2006).
 * @returns null when there are no rows or no tail
 */
export function longTailLift(
  queries: readonly (readonly RankedRow[])[],
  k: number,
  head = 0.8,
): number | null {
  const all = queries.flat().map((r) => r.item);
  const counts = [...Map.groupBy(all, (item) => item)].map(([item, rows]) => ({ item, n: rows.length }));
  counts.sort((a, b) => b.n - a.n || (a.item < b.item ? -1 : 1));
  const tail = new Set<string>();
  let before = 0;
  for (const { item, n } of counts) {
    if (before >= head * all.length) tail.add(item);
    before += n;
  }
  if (tail.size === 0) return null;
  const share = (items: readonly string[]) => items.filter((i) => tail.has(i)).length / items.length;
  return share(shown(queries, k)) / share(all);
}

export const RANKING_METRICS = ['ndcg', 'map', 'coverage', 'longTailLift'] as const;
export type RankingMetric = (typeof RANKING_METRICS)[number];

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((v) => v !== null);
  return known.length > 0 ? known.reduce((sum, v) => sum + v, 0) / known.length : null;
};

/** The ranking metrics of a model over queries; NDCG and MAP are means over queries that have something relevant. */
export function rankingMetrics(rows: readonly RankedRow[], k: number): Record<RankingMetric, number | null> {
  const queries = byQuery(rows);
  const catalogue = new Set(rows.map((r) => r.item));
  return {
    ndcg: mean(queries.map((q) => ndcg(q, k))),
    map: mean(queries.map((q) => averagePrecision(q, k))),
    coverage: catalogueCoverage(queries, catalogue, k),
    longTailLift: longTailLift(queries, k),
  };
}
