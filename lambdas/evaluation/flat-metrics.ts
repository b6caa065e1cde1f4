import type { Assessment, Assessments, Estimates } from './assess.ts';

const values = (estimates: Estimates): [string, number | null][] =>
  Object.entries(estimates).map(([name, e]) => [name, e.value]);

function flat(prefix: string, { rows, positives, metrics }: Assessment): Record<string, number | null> {
  const entries: [string, number | null][] = [
    ['rows', rows],
    ['positives', positives],
    ...values(metrics),
    ...(metrics.auc
      ? ([
          ['aucLow', metrics.auc.low],
          ['aucHigh', metrics.auc.high],
        ] as const)
      : []),
  ].map(([name, value]) => [`${prefix}.${name}`, value as number | null]);
  return Object.fromEntries(entries);
}

/** Flat metrics as the registry, the events and the card carry them: `golden.auc`, `champion.validation.logLoss`, … */
export function flatMetrics({ golden, validation }: Assessments): Record<string, number | null> {
  return {
    ...flat('golden', golden.candidate),
    ...flat('validation', validation.candidate),
    ...(golden.champion && flat('champion.golden', golden.champion)),
    ...(validation.champion && flat('champion.validation', validation.champion)),
  };
}
