import type { ApiMethod, Deployment } from './records.ts';

export interface Match {
  readonly method: ApiMethod;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/**
 * Finds the method for a request. A literal segment is preferred to a parameter, and that to a greedy one
 * (`{proxy+}`); `ANY` serves a verb that has no method of its own.
 * @param path decoded, without the stage
 */
export function findMethod(deployment: Deployment, verb: string, path: string): Match | undefined {
  const parts = segments(path);
  let best: { readonly match: Match; readonly rank: string } | undefined;
  for (const method of deployment.methods) {
    if (method.httpMethod !== verb && method.httpMethod !== 'ANY') continue;
    const fit = fits(segments(method.resourcePath), parts);
    if (!fit) continue;
    const rank = `${fit.rank}${method.httpMethod === verb ? 'a' : 'b'}`;
    if (best && best.rank <= rank) continue;
    const names = Object.keys(fit.names).length > 0 ? fit.names : null;
    best = { match: { method, pathParameters: names }, rank };
  }
  return best?.match;
}

const segments = (path: string): string[] => path.split('/').filter((s) => s !== '');

/** `rank` orders by specificity, one letter a segment. */
function fits(
  template: readonly string[],
  parts: readonly string[],
): { readonly names: Record<string, string>; readonly rank: string } | undefined {
  const names: Record<string, string> = {};
  let rank = '';
  for (const [i, wanted] of template.entries()) {
    const greedy = wanted.match(/^\{(.+)\+\}$/)?.[1];
    if (greedy) {
      if (parts.length <= i) return undefined;
      names[greedy] = parts.slice(i).join('/');
      return { names, rank: `${rank}c` };
    }
    const part = parts[i];
    if (part === undefined) return undefined;
    const name = wanted.match(/^\{(.+)\}$/)?.[1];
    if (name) names[name] = part;
    else if (wanted !== part) return undefined;
    rank += name ? 'b' : 'a';
  }
  return parts.length === template.length ? { names, rank } : undefined;
}
