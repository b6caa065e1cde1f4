import { type Auc, rocAuc } from '../shared/statistics/auc.ts';
import { brier, logLoss } from './calibration.ts';

/** How well one version's scores match the labels of one set of rows. */
export interface Assessment {
  readonly rows: number;
  readonly positives: number;
  readonly auc: Auc;
  /** Nats a row. */
  readonly logLoss: number | null;
  readonly brier: number | null;
}

export function assess(labels: Uint8Array, scores: Float64Array): Assessment {
  return {
    rows: labels.length,
    positives: labels.reduce((a, y) => a + y, 0),
    auc: rocAuc(labels, scores),
    logLoss: logLoss(labels, scores),
    brier: brier(labels, scores),
  };
}

/** What was assessed: the candidate always, the champion if there is one, each on both sets. */
export interface Assessments {
  readonly golden: Assessment;
  readonly validation: Assessment;
}

const flat = (prefix: string, a: Assessment): Record<string, number | null> => ({
  [`${prefix}.rows`]: a.rows,
  [`${prefix}.positives`]: a.positives,
  [`${prefix}.auc`]: a.auc.value,
  [`${prefix}.aucLow`]: a.auc.low,
  [`${prefix}.aucHigh`]: a.auc.high,
  [`${prefix}.logLoss`]: a.logLoss,
  [`${prefix}.brier`]: a.brier,
});

/** Flat metrics as the registry, the events and the card carry them: `golden.auc`, `champion.validation.logLoss`, … */
export function flatMetrics(
  candidate: Assessments,
  champion: Assessments | null,
): Record<string, number | null> {
  return {
    ...flat('golden', candidate.golden),
    ...flat('validation', candidate.validation),
    ...(champion && {
      ...flat('champion.golden', champion.golden),
      ...flat('champion.validation', champion.validation),
    }),
  };
}
