import type { Caller } from '../types.ts';

/**
 * How a principal element takes a caller: `direct` names it, `account` names only its account (which leaves the
 * decision to identity policies when it allows, and still binds when it denies), `no` does not mean it.
 */
export type PrincipalMatch = (caller: Caller) => 'direct' | 'account' | 'no';

type Element = '*' | Readonly<Record<string, string | readonly string[]>>;

interface Where {
  readonly account: string;
  readonly region: string;
}

function aws(name: string, { account }: Where): PrincipalMatch {
  if (name === '*') return () => 'direct';
  if (name === account || name === `arn:aws:iam::${account}:root`) {
    return (caller) => (caller.kind === 'service' ? 'no' : 'account');
  }
  if (!/^arn:[^:]*:(iam|sts)::\d{12}:|^\d{12}$/.test(name)) {
    throw new Error(`principal AWS '${name}' is neither '*', an account nor the ARN of an identity`);
  }
  return (caller) => (caller.kind === 'role' && caller.roleArn === name ? 'direct' : 'no');
}

/** `logs.us-east-1.amazonaws.com` and `logs.amazonaws.com` are the same service here. */
const plain = (principal: string, region: string): string => principal.replace(`.${region}.`, '.');

function service(name: string, { region }: Where): PrincipalMatch {
  const wanted = plain(name, region);
  return (caller) =>
    caller.kind === 'service' && plain(caller.principal, region) === wanted ? 'direct' : 'no';
}

/** @throws Error for a kind of principal that this cloud has not (Federated, CanonicalUser) */
export function compilePrincipal(element: Element, where: Where): PrincipalMatch {
  if (element === '*') return () => 'direct';
  const matches = Object.entries(element).flatMap(([kind, names]) => {
    const make = kind === 'AWS' ? aws : kind === 'Service' ? service : undefined;
    if (!make) throw new Error(`principal kind '${kind}' is not implemented by the local cloud`);
    return (typeof names === 'string' ? [names] : names).map((n) => make(n, where));
  });
  return (caller) => {
    let best: 'account' | 'no' = 'no';
    for (const match of matches) {
      const found = match(caller);
      if (found === 'direct') return 'direct';
      if (found === 'account') best = 'account';
    }
    return best;
  };
}
