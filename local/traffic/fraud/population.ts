import { seeded } from '../../random.ts';

/** A merchant category: share of payments, usual amount in units of the card's average, and base risk. */
export const CATEGORIES = [
  { name: 'grocery', share: 0.24, amount: 0.6, risk: 0.05 },
  { name: 'restaurant', share: 0.16, amount: 0.7, risk: 0.08 },
  { name: 'fuel', share: 0.1, amount: 0.9, risk: 0.12 },
  { name: 'fashion', share: 0.09, amount: 1.2, risk: 0.15 },
  { name: 'pharmacy', share: 0.07, amount: 0.5, risk: 0.05 },
  { name: 'transport', share: 0.07, amount: 0.4, risk: 0.07 },
  { name: 'entertainment', share: 0.06, amount: 0.8, risk: 0.14 },
  { name: 'electronics', share: 0.06, amount: 2.2, risk: 0.35 },
  { name: 'marketplace', share: 0.05, amount: 1.1, risk: 0.28 },
  { name: 'travel', share: 0.04, amount: 3.5, risk: 0.3 },
  { name: 'gaming', share: 0.03, amount: 0.6, risk: 0.42 },
  { name: 'gift-card', share: 0.03, amount: 1.0, risk: 0.6 },
] as const;

export const COUNTRIES = ['PT', 'ES', 'FR', 'DE', 'IT', 'GB', 'NL', 'PL', 'US', 'BR'] as const;
const HOME_SHARES = [0.3, 0.2, 0.12, 0.1, 0.08, 0.07, 0.05, 0.04, 0.02, 0.02];
export const DEVICES = ['ios', 'android', 'windows', 'mac', 'terminal'] as const;
const TYPES = ['debit', 'credit', 'prepaid'] as const;

/** Who pays: a card keeps its habits over the whole rehearsal. */
export interface Card {
  readonly id: string;
  readonly average: number;
  readonly country: string;
  readonly type: string;
  readonly device: string;
  /** Age in days at the world's start. */
  readonly age: number;
  /** Share of payments made online. */
  readonly online: number;
}

/** Index drawn from `shares`, which sum to 1, by u in [0, 1). */
export function pick(shares: readonly number[], u: number): number {
  let rest = u;
  for (let i = 0; i < shares.length - 1; i++) {
    rest -= shares[i]!;
    if (rest < 0) return i;
  }
  return shares.length - 1;
}

/** Standard normal by Box and Muller (1958). */
export const normal = (u: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());

export function createCards(seed: number, count: number): Card[] {
  const u = seeded(seed, 1);
  return Array.from({ length: count }, (_, i) => ({
    id: `card-${String(i).padStart(6, '0')}`,
    average: Math.round(100 * Math.exp(3.5 + 0.6 * normal(u))) / 100,
    country: COUNTRIES[pick(HOME_SHARES, u())]!,
    type: TYPES[pick([0.55, 0.35, 0.1], u())]!,
    device: DEVICES[pick([0.35, 0.4, 0.15, 0.1], u())]!,
    age: Math.floor(30 + 2500 * u()),
    online: 0.15 + 0.5 * u(),
  }));
}
