import { NotSupportedLocally } from '../../types.ts';

const two = (n: number): string => String(n).padStart(2, '0');
/** Letters of Java's DateTimeFormatter that prefixes use, by their run. */
const FIELDS: Readonly<Record<string, (d: Date) => string>> = {
  yyyy: (d) => String(d.getUTCFullYear()),
  MM: (d) => two(d.getUTCMonth() + 1),
  dd: (d) => two(d.getUTCDate()),
  HH: (d) => two(d.getUTCHours()),
  mm: (d) => two(d.getUTCMinutes()),
  ss: (d) => two(d.getUTCSeconds()),
};

/** A time in a DateTimeFormatter pattern, UTC. @throws NotSupportedLocally for other letters */
export function formatTime(pattern: string, at: number): string {
  const date = new Date(at);
  return pattern.replace(/'([^']*)'|([A-Za-z])\2*/g, (run, quoted?: string) => {
    if (quoted !== undefined) return quoted;
    const field = FIELDS[run];
    if (!field) throw new NotSupportedLocally(`Firehose timestamp pattern ${pattern}`);
    return field(date);
  });
}

export interface PrefixContext {
  /** Arrival of the oldest record in the object, epoch milliseconds. */
  readonly at: number;
  readonly errorType?: string;
  readonly randomString: () => string;
}

/**
 * Evaluates an S3 prefix with `!{timestamp:…}`, `!{firehose:random-string}` and `!{firehose:error-output-type}`.
 * A prefix without timestamp gets `yyyy/MM/dd/HH/` behind it, as Firehose adds.
 */
export function evaluatePrefix(prefix: string, context: PrefixContext): string {
  const out = prefix.replace(/!\{([a-zA-Z]+):([^}]*)\}/g, (whole, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatTime(value, context.at);
    if (namespace === 'firehose' && value === 'random-string') return context.randomString();
    if (namespace === 'firehose' && value === 'error-output-type') return context.errorType ?? '';
    throw new NotSupportedLocally(`Firehose prefix expression ${whole}`);
  });
  return /!\{timestamp:/.test(prefix) ? out : out + formatTime('yyyy/MM/dd/HH/', context.at);
}
