import type { Estimate } from '../shared/statistics/estimate.ts';
import type { Assessment, Assessments } from './assess.ts';

/** The assessments by the prefix that their metrics have. */
const parts = ({ golden, validation }: Assessments): [string, Assessment][] => [
  ['golden', golden.candidate],
  ['validation', validation.candidate],
  ...(golden.champion ? ([['champion.golden', golden.champion]] as [string, Assessment][]) : []),
  ...(validation.champion ? ([['champion.validation', validation.champion]] as [string, Assessment][]) : []),
];

const exactly = (value: number): Estimate => ({ value, low: null, high: null, reason: null });
const NO_INTERVAL = 'there are too few rows for an interval';

/** An end of an interval as a metric of its own. */
const end = ({ value, reason }: Estimate, at: number | null): Estimate => ({
  ...exactly(0),
  value: at,
  reason: at === null ? (value === null ? reason : NO_INTERVAL) : null,
});

const named = ({ rows, positives, metrics }: Assessment): [string, Estimate][] => [
  ['rows', exactly(rows)],
  ['positives', exactly(positives)],
  ...Object.entries(metrics),
  ...(metrics.auc
    ? ([
        ['aucLow', end(metrics.auc, metrics.auc.low)],
        ['aucHigh', end(metrics.auc, metrics.auc.high)],
      ] as [string, Estimate][])
    : []),
];

const flat = (sets: Assessments): [string, Estimate][] =>
  parts(sets).flatMap(([prefix, assessment]) =>
    named(assessment).map(([name, e]): [string, Estimate] => [`${prefix}.${name}`, e]),
  );

/** Flat metrics as the registry, the events and the card carry them: `golden.auc`, `champion.validation.logLoss`, … */
export const flatMetrics = (sets: Assessments): Record<string, number | null> =>
  Object.fromEntries(flat(sets).map(([name, { value }]) => [name, value]));

/** Why a flat metric is null, by its name. */
export const flatUnknown = (sets: Assessments): Record<string, string> =>
  Object.fromEntries(
    flat(sets).flatMap(([name, { value, reason }]) => (value === null && reason ? [[name, reason]] : [])),
  );
