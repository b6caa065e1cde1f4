import type { ThrottleLimits } from './records.ts';

interface Bucket {
  tokens: number;
  /** Virtual epoch milliseconds of the last refill. */
  at: number;
}

/** Token buckets in virtual time: `burst` tokens at most, `rate` new ones a second, one a request. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes a token; false if there is none. */
  take(key: string, { rate, burst }: ThrottleLimits, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    this.#buckets.set(key, bucket);
    if (now > bucket.at) bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

const PERIOD_MS = { DAY: 86_400_000, WEEK: 7 * 86_400_000, MONTH: 30 * 86_400_000 } as const;

/** Requests of a key in a period that begins with its first; a month is 30 days here. */
export class Quotas {
  readonly #used = new Map<string, { count: number; since: number }>();

  /** Counts a request; false when the quota is used up. */
  take(
    key: string,
    quota: { readonly limit: number; readonly period: keyof typeof PERIOD_MS },
    now: number,
  ): boolean {
    let used = this.#used.get(key);
    if (!used || now - used.since >= PERIOD_MS[quota.period]) {
      used = { count: 0, since: now };
      this.#used.set(key, used);
    }
    if (used.count >= quota.limit) return false;
    used.count++;
    return true;
  }
}
