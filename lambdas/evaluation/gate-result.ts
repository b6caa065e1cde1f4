import type { Estimate } from '../shared/statistics/estimate.ts';

/** One check and how it ended. */
export interface GateResult {
  /** e.g. `golden.auc.minimum` */
  readonly gate: string;
  /** What was measured, e.g. `auc`. */
  readonly metric: string;
  /** The verdict. */
  readonly passed: boolean;
  /** The candidate's value, or its difference from the champion's where two are compared; null when it is not defined. */
  readonly value: number | null;
  /** 95 % confidence interval of {@link value}; null when there is none. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** The bound that was held against; null when there is nothing to hold against. */
  readonly threshold: number | null;
  /** Why: one sentence with metric, value, interval and threshold. */
  readonly detail: string;
}

/** What is exactly at a bound passes, whatever the last bit of a subtraction says (0.9 − 0.01 is 0.89 and 1e-17 more). */
export const ROUNDING = 1e-9;

export const show = (v: number): string => String(Number(v.toFixed(4)));

export const intervalOf = ({ low, high }: Pick<Estimate, 'low' | 'high'>): GateResult['interval'] =>
  low === null || high === null ? null : { low, high };

/** `0.9123 (0.9011 to 0.9235)`. */
export const showEstimate = (e: Estimate): string => {
  if (e.value === null) return `not defined (${e.reason})`;
  const interval = intervalOf(e);
  return interval ? `${show(e.value)} (${show(interval.low)} to ${show(interval.high)})` : show(e.value);
};
