import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const at = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? 'the whole' : path.map(String).join('.');

/** Of a union that matched nothing, the branch that came furthest says most. */
function furthest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((i) => i.path.length));
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

function lines(issue: Issue, base: readonly PropertyKey[]): string[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `property ${at([...path, key])} is not implemented by the local cloud`);
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return furthest(issue.errors).flatMap((i) => lines(i, path));
  }
  return [`property ${at(path)}: ${issue.message}`];
}

/** What is wrong with a resource's properties, one line a property, with its path. */
export const problemsOf = (error: z.ZodError): string[] => error.issues.flatMap((i) => lines(i, []));
