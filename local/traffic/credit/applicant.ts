import { normal, pick } from '../fraud/population.ts';

/** What changes in the world from a moment on (epoch milliseconds), until `to` if given. */
export type Turn = { readonly from: number; readonly to?: number } & (
  | {
      /** Where one lives begins to decide who repays; groups live in different districts. */
      readonly kind: 'district';
    }
  /** Applicants of the two channels begin to differ. */
  | { readonly kind: 'channel' }
  /** A migration negates the outcomes of one region in the records. */
  | { readonly kind: 'mislabelled'; readonly region: string }
  /** A column is filled from what happened after the loan was paid out. */
  | { readonly kind: 'leak' }
);

const REGIONS = ['north', 'centre', 'south', 'islands'] as const;
const REGION_SHARES = [0.36, 0.3, 0.22, 0.12];
/** Share of group `a`, and where in the range of district indices each group's mean lies. */
const SHARE_A = 0.6;
const DISTRICT_MEAN = { a: 0.64, b: 0.36 } as const;

/** An application as recorded: raw columns by name, `repaid` apart. */
export interface Applicant {
  readonly columns: Readonly<Record<string, string | number | null>>;
  readonly repaid: 0 | 1;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Draws one application. Group and region decide nothing by themselves; what is drawn does not depend on the turns. */
export function drawApplicant(at: number, turns: readonly Turn[], u: () => number): Applicant {
  const on = (kind: Turn['kind']) =>
    turns.find((t) => t.kind === kind && at >= t.from && at < (t.to ?? Infinity));
  const group = u() < SHARE_A ? 'a' : 'b';
  const region = REGIONS[pick(REGION_SHARES, u())]!;
  const channel = u() < 0.5 ? 'branch' : 'online';
  const income = 2500 * Math.exp(0.45 * normal(u));
  const debt = clamp(0.35 + 0.18 * normal(u), 0, 1.5);
  const late = Math.floor(-Math.log(1 - u()) * 0.7);
  const years = Math.min(40, -Math.log(1 - u()) * 6);
  const district = clamp(DISTRICT_MEAN[group] + 0.15 * normal(u), 0, 1);
  let odds = 1.3 + 1.6 * Math.log(income / 2500) - 3.5 * (debt - 0.35) - 0.9 * late + 0.06 * years;
  if (on('district')) odds += 12 * (district - 0.5);
  if (on('channel')) odds += channel === 'branch' ? 1.4 : -1.4;
  const repaid = u() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
  const calls = repaid === 1 ? 0 : 1 + Math.floor(3 * u());
  const mislabelled = on('mislabelled');
  const negated = mislabelled?.kind === 'mislabelled' && mislabelled.region === region;
  return {
    columns: {
      income: round(income, 0),
      debt_ratio: round(debt, 3),
      late_payments: late,
      years_employed: round(years, 1),
      district_index: round(district, 3),
      collection_calls: on('leak') ? calls : null,
      channel,
      region,
      group,
    },
    repaid: negated ? (repaid === 1 ? 0 : 1) : repaid,
  };
}
