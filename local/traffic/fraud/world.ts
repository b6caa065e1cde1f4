import { seeded } from '../../random.ts';
import { DAY, HOUR, isoDate, MINUTE, type RawPartition, type World, type WorldEvent } from '../types.ts';
import { active, type Campaign, shiftShares } from './campaign.ts';
import { asRecorded, drawPayment, fraudLogit, type Payment } from './payment.ts';
import { CATEGORIES, type Card, createCards, pick } from './population.ts';

export interface FraudWorldOptions {
  readonly seed: number;
  /** Epoch milliseconds; card ages count from here. */
  readonly start: number;
  readonly cards?: number;
  /** Rows in the raw partition of an average day. */
  readonly rowsPerDay?: number;
  /** API requests in an average hour; may vary with time (e.g. more during a canary). */
  readonly requestsPerHour?: (at: number) => number;
  readonly campaigns?: readonly Campaign[];
}

/** Share of fraud among payments. */
const FRAUD_RATE = 0.02;
/** Relative volume by UTC hour and by weekday (Sunday first): low at night, high at noon, early evening and Fridays. */
const BY_HOUR = [
  0.3, 0.2, 0.15, 0.12, 0.15, 0.3, 0.6, 0.9, 1.1, 1.2, 1.3, 1.5, 1.7, 1.5, 1.3, 1.3, 1.4, 1.6, 1.8, 1.6, 1.3,
  1.0, 0.7, 0.45,
];
const BY_WEEKDAY = [0.85, 0.95, 0.97, 1, 1.03, 1.15, 1.1];
const HOUR_SHARES = BY_HOUR.map((v) => v / BY_HOUR.reduce((a, b) => a + b, 0));
const MEAN_HOUR = BY_HOUR.reduce((a, b) => a + b, 0) / 24;

export const season = (at: number): number => {
  const date = new Date(at);
  return (BY_HOUR[date.getUTCHours()]! / MEAN_HOUR) * BY_WEEKDAY[date.getUTCDay()]!;
};

/** Milliseconds since midnight, drawn by the hour's share of the day. */
function timeOfDay(u: () => number): number {
  const hour = pick(HOUR_SHARES, u());
  return hour * HOUR + Math.floor(u() * HOUR);
}

/**
 * A synthetic stream of card payments with 2 % fraud, seasonality, habits of cards and delayed outcomes. The raw data
 * (the bank's own records) and the API requests (a sample of payments at authorisation) are drawn from the same
 * distribution by independent streams, so neither depends on how often the other is asked.
 */
export function createFraudWorld(options: FraudWorldOptions): World {
  const { seed, start, cards = 3000, rowsPerDay = 1000, campaigns = [] } = options;
  const perHour = options.requestsPerHour ?? (() => 60);
  const population = createCards(seed, cards);
  const intercept = findIntercept(seed, start, population);
  const shares = CATEGORIES.map((c) => c.share);
  const shifted = new Map<Campaign, number[]>();
  for (const c of campaigns) {
    if (c.kind !== 'shift') continue;
    const favoured = CATEGORIES.map((x) => c.categories.includes(x.name));
    shifted.set(c, shiftShares(shares, favoured, c.psi));
  }
  const sharesAt = (at: number): readonly number[] =>
    shifted.get(active(campaigns, 'shift', at)[0]!) ?? shares;

  const draw = (at: number, u: () => number) => {
    const card = population[Math.floor(u() * population.length)]!;
    const payment = drawPayment(card, at, start, sharesAt(at), u);
    const odds = intercept + fraudLogit(payment, at, campaigns);
    const label = u() < 1 / (1 + Math.exp(-odds)) ? (1 as const) : (0 as const);
    return { card, payment: asRecorded(payment, at, campaigns), label };
  };

  return {
    model: 'fraud',
    partition: (day) =>
      drawPartition(day, Math.round(rowsPerDay * BY_WEEKDAY[new Date(day).getUTCDay()]!), seed, draw),
    events(from, to) {
      const events: WorldEvent[] = [];
      for (let minute = Math.floor(from / MINUTE) * MINUTE; minute < to; minute += MINUTE) {
        const u = seeded(seed ^ 0x51ed, minute / MINUTE);
        const expected = (perHour(minute) * season(minute)) / 60;
        const count = Math.floor(expected) + (u() < expected % 1 ? 1 : 0);
        const times = Array.from({ length: count }, () => minute + Math.floor(u() * MINUTE)).sort(
          (a, b) => a - b,
        );
        times.forEach((at, i) => {
          const { card, payment, label } = draw(at, u);
          if (at < from || at >= to) return;
          const id = `tx-${(minute / MINUTE).toString(36)}-${i}`;
          events.push({
            at,
            id,
            entity: card.id,
            features: { ...payment, event_time: new Date(at).toISOString() },
            label,
            // Disputes take 3 to 27 hours; what nobody disputes in a day counts as honest.
            outcomeAt: at + (label === 1 ? 3 * HOUR + Math.floor(u() * DAY) : DAY),
          });
        });
      }
      return events;
    },
  };
}

function drawPartition(
  day: number,
  rows: number,
  seed: number,
  draw: (at: number, u: () => number) => { card: Card; payment: Payment; label: 0 | 1 },
): RawPartition {
  const u = seeded(seed ^ 0x2ad7, day / DAY);
  const times = Array.from({ length: rows }, () => day + timeOfDay(u)).sort((a, b) => a - b);
  const lines: string[] = [];
  let columns: string[] = [];
  for (const at of times) {
    const { card, payment, label } = draw(at, u);
    columns = Object.keys(payment);
    lines.push(
      [card.id, new Date(at).toISOString(), label, ...columns.map((c) => payment[c] ?? '')].join(','),
    );
  }
  const header = ['card_id', 'event_time', 'is_fraud', ...columns].join(',');
  return { date: isoDate(day), file: 'payments.csv', body: `${[header, ...lines].join('\n')}\n`, rows };
}

/** The intercept with which the mean probability of a sample of payments is the wanted share of fraud. */
function findIntercept(seed: number, start: number, population: readonly Card[]): number {
  const u = seeded(seed, 2);
  const shares = CATEGORIES.map((c) => c.share);
  const logits = Array.from({ length: 20_000 }, () => {
    const at = start + timeOfDay(u);
    return fraudLogit(
      drawPayment(population[Math.floor(u() * population.length)]!, at, start, shares, u),
      at,
      [],
    );
  });
  let low = -40;
  let high = 10;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const mean = logits.reduce((sum, z) => sum + 1 / (1 + Math.exp(-middle - z)), 0) / logits.length;
    if (mean < FRAUD_RATE) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
