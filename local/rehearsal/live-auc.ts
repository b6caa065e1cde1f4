import type { Point } from '../report/data.ts';
import { auc } from '../trainer/metrics.ts';

/** A prediction whose truth is known. */
export interface Scored {
  readonly at: number;
  readonly score: number;
  readonly label: 0 | 1;
}

/** Fewest rows a class for a month's AUC to be drawn: below it the estimate's error is above 0.1. */
const MIN_CLASS = 15;

const aucOf = (rows: readonly Scored[]): number =>
  auc(
    Float64Array.from(rows, (r) => r.score),
    Float64Array.from(rows, (r) => r.label),
  );

const months = (rows: readonly Scored[]): Scored[][] => [
  ...Map.groupBy(rows, (r) => new Date(r.at).toISOString().slice(0, 7)).values(),
];
const enough = (rows: readonly Scored[]): boolean => {
  const positives = rows.filter((r) => r.label === 1).length;
  return positives >= MIN_CLASS && rows.length - positives >= MIN_CLASS;
};

/** One point a calendar month that has enough of both classes, at the month's middle row. */
export const liveAucByMonth = (rows: readonly Scored[]): Point[] =>
  months(rows)
    .filter(enough)
    .map((month): Point => [month[Math.floor(month.length / 2)]!.at, aucOf(month)]);

/**
 * Mean of the months' AUCs, weighted by rows. Within months, because between them the base rate moves: ranking all
 * calls of 2008 against all of 2010 would reward whoever knows the year.
 */
export function pooledAuc(rows: readonly Scored[]): number | null {
  const usable = months(rows).filter(enough);
  const weight = usable.reduce((sum, m) => sum + m.length, 0);
  if (weight === 0) return null;
  return usable.reduce((sum, m) => sum + aucOf(m) * m.length, 0) / weight;
}
