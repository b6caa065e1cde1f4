import type { Campaign } from '../traffic/fraud/campaign.ts';
import { createFraudWorld } from '../traffic/fraud/world.ts';
import { DAY, HOUR } from '../traffic/types.ts';
import type { ScenarioOptions, Stage } from './scenario.ts';

/** Sunday, 1 November 2026, 00:00 UTC: a day to make the first champion, then the week begins. */
export const SUNDAY = Date.UTC(2026, 10, 1);
/** Midnight of the n-th day after that Sunday: 1 is Monday, 7 the Sunday after. */
export const day = (n: number): number => SUNDAY + n * DAY;
export const at = (n: number, hour: number): number => day(n) + hour * HOUR;

/** Requests in an average hour while nothing special happens: enough for a drift check, few enough for a laptop. */
export const QUIET = 26;
/** While a canary is watched: at 10 % the judge must see its minimum of samples within a bake or two. */
export const BUSY = 1000;

/** A stretch [from, to) of virtual time with more traffic. */
export type Busy = readonly [from: number, to: number];

/** The card payments as a stage; scenarios differ in campaigns and in when traffic is dense. */
export function fraudStage(
  options: ScenarioOptions,
  play: Stage['play'],
  { busy = [], campaigns = [] }: { busy?: readonly Busy[]; campaigns?: readonly Campaign[] } = {},
): Stage {
  const dense = (t: number): boolean => busy.some(([from, to]) => t >= from && t < to);
  const world = createFraudWorld({
    seed: options.seed,
    start: SUNDAY,
    campaigns,
    requestsPerHour: (t) => (dense(t) ? BUSY : QUIET),
  });
  return { start: SUNDAY, world, outcomeShare: 0.5, play };
}
