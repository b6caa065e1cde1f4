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
  const wanted = components(pattern).map((c) => glob(c));
  if (wanted.length < 6) {
    throw new Error(`'${pattern}' is neither '*' nor a full ARN of six components`);
  }
  return (arn) => {
    const parts = components(arn);
    return parts.length === wanted.length && wanted.every((w, i) => w.test(parts[i]!));
  };
}
