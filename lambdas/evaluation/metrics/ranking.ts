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
 * The items outside the most frequent ones that together make up `head` of all rows (80 % by default, Pareto's share, as
 * customary since Anderson's The Long Tail, 2006).
 */
export function longTail(queries: readonly (readonly RankedRow[])[], head = 0.8): ReadonlySet<string> {
  const all = queries.flat();
  const counts = [...Map.groupBy(all, (r) => r.item)].map(([item, rows]) => ({ item, n: rows.length }));
  counts.sort((a, b) => b.n - a.n || (a.item < b.item ? -1 : 1));
  const tail = new Set<string>();
  let before = 0;
  for (const { item, n } of counts) {
    if (before >= head * all.length) tail.add(item);
    before += n;
  }
  return tail;
}

/** Of one query: how many of the rows that are shown are of the tail, and how many would be if chance chose them. */
export interface TailCounts {
  readonly tail: number;
  readonly byChance: number;
}

export function tailCounts(query: readonly RankedRow[], tail: ReadonlySet<string>, k: number): TailCounts {
  const items = shown([query], k);
  const of = (all: readonly string[]) => all.filter((item) => tail.has(item)).length;
  return { tail: of(items), byChance: (items.length * of(query.map((r) => r.item))) / query.length };
}

/**
 * Long-tail lift: how much of the long tail is shown, over how much would be if each query's list were drawn from its rows
 * by chance. 1: as much as by chance; below: the model favours the head. By query, as those with many rows have more of the
 * tail and are shown no more than others.
 * @param weights how often each query counts; once by default
 * @returns null when there are no rows or no tail
 */
export function longTailLift(counts: readonly TailCounts[], weights?: ArrayLike<number>): number | null {
  let [tail, byChance] = [0, 0];
  counts.forEach((c, i) => {
    const w = weights?.[i] ?? 1;
    tail += w * c.tail;
    byChance += w * c.byChance;
  });
  return byChance === 0 ? null : tail / byChance;
}

export const RANKING_METRICS = ['ndcg', 'map', 'coverage', 'longTailLift'] as const;
export type RankingMetric = (typeof RANKING_METRICS)[number];

/** Rows by query, as one model scores them. @param items null where nobody knows what was shown */
export function rankedQueries(
  rows: {
    readonly labels: Uint8Array;
    readonly queries: readonly string[];
    readonly items: readonly string[] | null;
  },
  scores: Float64Array,
): RankedRow[][] {
  const { labels, queries, items } = rows;
  return byQuery(
    Array.from(
      labels,
      (gain, i): RankedRow => ({ query: queries[i]!, item: items?.[i] ?? '', gain, score: scores[i]! }),
    ),
  );
}

/** Why a ranking metric is null. */
export function whyNotRanked(metric: RankingMetric, itemsKnown: boolean): string {
  if (metric === 'ndcg' || metric === 'map') return 'no query has a relevant row';
  if (!itemsKnown) return 'the model definition names no item (ranking.item)';
  return metric === 'coverage' ? 'there is no catalogue' : 'no item is rare';
}

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((v) => v !== null);
  return known.length > 0 ? known.reduce((sum, v) => sum + v, 0) / known.length : null;
};

/**
 * The ranking metrics of a model over queries; NDCG and MAP are means over queries that have something relevant.
 * @param itemsKnown false leaves out what is said of items
 */
export function rankingMetrics(
  queries: readonly (readonly RankedRow[])[],
  k: number,
  itemsKnown = true,
): Record<RankingMetric, number | null> {
  const tail = longTail(queries);
  const catalogue = new Set(queries.flat().map((r) => r.item));
  return {
    ndcg: mean(queries.map((q) => ndcg(q, k))),
    map: mean(queries.map((q) => averagePrecision(q, k))),
    coverage: itemsKnown ? catalogueCoverage(queries, catalogue, k) : null,
    longTailLift: itemsKnown ? longTailLift(queries.map((q) => tailCounts(q, tail, k))) : null,
  };
}
