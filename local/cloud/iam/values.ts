import type { Access, Caller } from '../types.ts';
import type { KeyValues } from './condition.ts';

/** Text that two requests share only if their condition keys are equal. */
export function contextKey(access: Access): string {
  if (!access.context) return '';
  let key = '';
  for (const [k, v] of Object.entries(access.context)) key += `${k}=${v}\n`;
  return key;
}

const sourceAccount = (arn: string, account: string): string => arn.split(':')[4] || account;

function globals(
  caller: Caller,
  { account, region }: { readonly account: string; readonly region: string },
): Record<string, string | readonly string[] | undefined> {
  const source = caller.kind === 'service' ? caller.sourceArn : undefined;
  return {
    'aws:securetransport': 'true',
    'aws:requestedregion': region,
    'aws:principalisawsservice': String(caller.kind === 'service'),
    'aws:principalservicename': caller.kind === 'service' ? caller.principal : undefined,
    'aws:principalaccount': caller.kind === 'service' ? undefined : account,
    'aws:principaltype':
      caller.kind === 'role' ? 'AssumedRole' : caller.kind === 'root' ? 'Account' : undefined,
    'aws:principalarn':
      caller.kind === 'role'
        ? caller.roleArn
        : caller.kind === 'root'
          ? `arn:aws:iam::${account}:root`
          : undefined,
    'aws:sourcearn': source,
    'aws:sourceaccount': source && sourceAccount(source, account),
  };
}

/** The condition keys of a request: the global ones, and those that the operation gave. Names do not mind case. */
export function keyValues(
  caller: Caller,
  access: Access,
  where: { readonly account: string; readonly region: string },
): KeyValues {
  let all: Record<string, string | readonly string[] | undefined> | undefined;
  return (key) => {
    if (!all) {
      all = globals(caller, where);
      for (const [k, v] of Object.entries(access.context ?? {})) all[k.toLowerCase()] = v;
    }
    const value = all[key.toLowerCase()];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? [value] : value;
  };
}
