/** IAM's wildcards: `*` any run of characters, `?` exactly one. */
const cache = new Map<string, RegExp>();

/** Compiles a wildcard pattern. */
export function glob(pattern: string, ignoreCase = false): RegExp {
  const id = `${ignoreCase ? 'i' : 's'}${pattern}`;
  let found = cache.get(id);
  if (!found) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    found = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    cache.set(id, found);
  }
  return found;
}

/** `arn:partition:service:region:account:resource`; colons in the resource belong to it. */
function components(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/**
 * Matches ARNs as IAM does: each of the six components by itself, so that a wildcard in one does not reach into the
 * next. `*` alone matches everything.
 */
export function arnMatcher(pattern: string): (arn: string) => boolean {
  if (pattern === '*') return () => true;
  const texts = components(pattern);
  if (texts.length < 6) throw new Error(`'${pattern}' is neither '*' nor a full ARN of six components`);
  // Nearly all patterns are literal, or literal up to a last star in the resource: no need to take them apart.
  const wildcard = pattern.search(/[*?]/);
  if (wildcard < 0) return (arn) => arn === pattern;
  const prefix = pattern.slice(0, -1);
  if (wildcard === prefix.length && pattern.endsWith('*')) return (arn) => arn.startsWith(prefix);
  const wanted = texts.map((c) => glob(c));
  return (arn) => {
    const parts = components(arn);
    return parts.length === wanted.length && wanted.every((w, i) => w.test(parts[i]!));
  };
}
