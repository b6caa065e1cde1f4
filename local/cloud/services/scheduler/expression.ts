import { Cron } from 'croner';
import { AwsError } from '../../types.ts';

/** Next virtual time (epoch ms) after `after`, or undefined when the schedule is over. */
export type Next = (after: number) => number | undefined;

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(5 minutes)`, `cron(0 6 ? * WED *)` or `at(2026-11-20T06:00:00)`.
 * @param zone IANA time zone of cron and at; rate counts from `start`
 * @throws AwsError ValidationException
 */
export function parseExpression(expression: string, zone: string, start: number): Next {
  const [, kind, body] = /^(rate|cron|at)\((.+)\)$/.exec(expression.trim()) ?? [];
  const invalid = (why: string) =>
    new AwsError('ValidationException', `Invalid Schedule Expression ${expression}: ${why}`);
  if (kind === 'rate') {
    const [, value, unit] = /^(\d+) (minute|hour|day)s?$/.exec(body!) ?? [];
    const period = Number(value) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
    if (!(period > 0)) throw invalid('a rate is a positive number of minutes, hours or days');
    return (after) => start + Math.max(1, Math.floor((after - start) / period) + 1) * period;
  }
  if (kind === 'at') {
    const once = new Cron(body!, { timezone: zone }).nextRun(new Date(0))?.getTime();
    if (once === undefined) throw invalid('at takes yyyy-mm-ddThh:mm:ss');
    return (after) => (once > after ? once : undefined);
  }
  if (kind === 'cron') {
    const cron = cronOf(body!, zone, invalid);
    return (after) => cron.nextRun(new Date(after))?.getTime();
  }
  throw invalid('it must be rate(), cron() or at()');
}

/**
 * AWS cron has six fields (no seconds, a year at the end), weekdays 1–7 from Sunday, and `?` for "any day".
 * A lone weekday `L` is Saturday.
 */
function cronOf(body: string, zone: string, invalid: (why: string) => AwsError): Cron {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6) throw invalid('cron has six fields: minutes hours day month weekday year');
  if ((fields[2] === '?') === (fields[4] === '?')) throw invalid('exactly one of day and weekday must be ?');
  if (fields[4] === 'L') fields[4] = '7';
  try {
    return new Cron(`0 ${fields.join(' ')}`, {
      timezone: zone,
      alternativeWeekdays: true,
      sloppyRanges: true,
      domAndDow: true,
    });
  } catch (e) {
    throw invalid((e as Error).message);
  }
}
