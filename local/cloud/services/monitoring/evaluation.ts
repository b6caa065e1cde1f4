export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type Missing = 'breaching' | 'notBreaching' | 'ignore' | 'missing';

export const COMPARE: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (v, t) => v > t,
  GreaterThanOrEqualToThreshold: (v, t) => v >= t,
  LessThanThreshold: (v, t) => v < t,
  LessThanOrEqualToThreshold: (v, t) => v <= t,
};

/**
 * Data points that an alarm looks at beyond its evaluation periods. The user guide does not say how many; its tables
 * show 5 for 3 periods.
 */
export const EXTRA_POINTS = 2;

/**
 * The state of an alarm by its data points, after "Configuring how CloudWatch alarms treat missing data" in the
 * CloudWatch user guide, whose two tables are the tests of this function.
 *
 * With at least N real points in the range the latest N decide and missing ones do not count. With fewer, missing
 * points stand in for the rest as `missing` says. Points that are not breaching make `missing` and `ignore` OK; where all
 * real points breach, `ignore` keeps the state, and `missing` alarms only if the oldest of them is at least M periods old.
 *
 * @param breaching oldest first; undefined where a point is missing
 * @param n evaluation periods
 * @param m data points to alarm
 */
export function stateOf(
  breaching: readonly (boolean | undefined)[],
  n: number,
  m: number,
  missing: Missing,
  current: AlarmState,
): AlarmState {
  const real = breaching.filter((b) => b !== undefined);
  const bad = (real.length >= n ? real.slice(-n) : real).filter(Boolean).length;
  if (real.length >= n || bad >= m) return bad >= m ? 'ALARM' : 'OK';
  const absent = n - real.length;
  if (missing === 'breaching') return bad + absent >= m ? 'ALARM' : 'OK';
  if (missing === 'notBreaching') return 'OK';
  if (bad < real.length) return 'OK';
  if (missing === 'ignore') return current;
  const oldest = breaching.indexOf(true);
  return oldest >= 0 && breaching.length - oldest >= m ? 'ALARM' : 'INSUFFICIENT_DATA';
}
