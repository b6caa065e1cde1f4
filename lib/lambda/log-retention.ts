import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** The retentions that CloudWatch Logs knows, in days. */
const KNOWN = Object.values(RetentionDays)
  .filter((days): days is number => typeof days === 'number' && days !== RetentionDays.INFINITE)
  .sort((a, b) => a - b);

/** The shortest retention that CloudWatch Logs offers and that keeps logs for at least `days`. */
export function logRetention(days: number): RetentionDays {
  return KNOWN.find((known) => known >= days) ?? RetentionDays.INFINITE;
}
