import { DAY } from '../types.ts';
import { active, type Campaign } from './campaign.ts';
import { CATEGORIES, type Card, COUNTRIES, DEVICES, normal, pick } from './population.ts';

/** A payment before it is known whether it is fraud: raw columns by name, event time apart. */
export type Payment = Record<string, string | number | null>;

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Draws one payment. `shares` are those of the merchant categories at that time. */
export function drawPayment(
  card: Card,
  at: number,
  start: number,
  shares: readonly number[],
  u: () => number,
): Payment {
  const category = CATEGORIES[pick(shares, u())]!;
  const online = u() < card.online || category.name === 'gaming';
  const channel = online
    ? 'online'
    : (['chip', 'contactless', 'atm'][pick([0.4, 0.52, 0.08], u())] ?? 'chip');
  const abroad = u() < (online ? 0.12 : 0.05);
  const country = abroad ? COUNTRIES[Math.floor(u() * COUNTRIES.length)]! : card.country;
  // One payment in eight is out of habit: larger, farther, faster. Most of these are honest, most fraud is among them.
  const unusual = u() < 0.12;
  const ratio = category.amount * Math.exp(0.5 * normal(u) + (unusual ? 0.9 : 0));
  const burst = unusual && u() < 0.4 ? Math.floor(u() * 8) : 0;
  const lastHour = Math.floor(-Math.log(1 - u()) * 0.5) + burst;
  return {
    amount: round(Math.min(50_000, Math.max(0.5, card.average * ratio)), 2),
    card_avg_amount: card.average,
    card_age_days: card.age + Math.floor((at - start) / DAY) + 400,
    tx_last_hour: lastHour,
    tx_last_day: lastHour + Math.floor(-Math.log(1 - u()) * 3),
    minutes_since_last: round(lastHour > 0 ? 60 * u() : 60 - 600 * Math.log(1 - u()), 1),
    distance_km: round((country === card.country ? 0 : 900) + -Math.log(1 - u()) * (unusual ? 120 : 12), 1),
    failed_pins: channel === 'online' || u() > 0.04 ? 0 : 1 + Math.floor(2 * u()),
    merchant_risk: round(Math.min(1, Math.max(0, category.risk + 0.12 * normal(u))), 3),
    is_foreign: country === card.country ? 0 : 1,
    merchant_category: category.name,
    channel,
    country,
    device: online ? (unusual && u() < 0.5 ? DEVICES[Math.floor(4 * u())]! : card.device) : 'terminal',
    card_type: card.type,
  };
}

/** How sure the truth is of itself: with 0.7 the best possible model reaches an AUC of about 0.93. */
const SHARPNESS = 0.7;

/** Log-odds of fraud, up to the intercept that sets the share of fraud. Not linear: it takes a tree to see it. */
export function fraudLogit(p: Payment, at: number, campaigns: readonly Campaign[]): number {
  const n = (name: string): number => Number(p[name] ?? 0);
  const ratio = n('amount') / n('card_avg_amount');
  const hour = new Date(at).getUTCHours();
  const online = p['channel'] === 'online';
  let z = 0;
  z += 1.9 * Math.log(Math.max(ratio, 0.2));
  z += 4.5 * n('merchant_risk');
  z += 0.8 * Math.min(n('tx_last_hour'), 6);
  z += n('distance_km') > 150 ? (online ? 0.5 : 2.2) : 0;
  z += hour < 6 ? 1.1 : 0;
  z += n('failed_pins') * 1.5;
  z += online && n('is_foreign') ? 1.6 : 0;
  z += p['card_type'] === 'prepaid' ? 1.2 : 0;
  z += p['merchant_category'] === 'gift-card' && ratio > 1.2 ? 2 : 0;
  z += n('card_age_days') < 500 && online ? 0.9 : 0;
  for (const { strength } of active(campaigns, 'concept', at)) {
    const elsewhere =
      -2.2 * Math.log(Math.max(ratio, 0.2)) +
      (p['channel'] === 'contactless' ? 3 : 0) +
      0.6 * n('failed_pins');
    z = (1 - strength) * z + strength * elsewhere;
  }
  return SHARPNESS * z;
}

/** Applies pipeline bugs: what is logged and sent, not what happened. */
export function asRecorded(p: Payment, at: number, campaigns: readonly Campaign[]): Payment {
  const broken = active(campaigns, 'null', at);
  if (broken.length === 0) return p;
  return { ...p, ...Object.fromEntries(broken.map((c) => [c.column, null])) };
}
