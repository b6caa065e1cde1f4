import type { OnDemandFeatures } from '../../contracts/features.ts';

const number = (v: unknown): number =>
  typeof v === 'number' ? v : typeof v === 'string' && v.trim() !== '' ? Number(v) : Number.NaN;
const date = (v: unknown): Date => new Date(typeof v === 'number' ? v : String(v));

/** Features computed at freeze and at inference alike. NaN and undefined mean missing. */
const features: OnDemandFeatures = {
  /** Amount in units of the card's own average payment. */
  amount_ratio: (raw) => {
    const average = number(raw['card_avg_amount']);
    return average > 0 ? number(raw['amount']) / average : Number.NaN;
  },
  hour: (raw) => date(raw['event_time']).getUTCHours(),
};
export default features;
