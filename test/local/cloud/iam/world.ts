import { Authority } from '../../../../local/cloud/iam/authority.ts';
import { Directory } from '../../../../local/cloud/iam/directory.ts';
import { knownKeys } from '../../../../local/cloud/iam/keys.ts';
import type { Access, Caller, PolicyDocument, PolicyStatement } from '../../../../local/cloud/types.ts';

export const ACCOUNT = '123456789012';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
export const OTHER = `arn:aws:iam::${ACCOUNT}:role/other`;
export const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;
export const worker: Caller = { kind: 'role', roleArn: ROLE, session: 's' };
export const service = (principal: string, sourceArn?: string): Caller => ({
  kind: 'service',
  principal,
  ...(sourceArn && { sourceArn }),
});

export const document = (...Statement: PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});
export const allow = (more: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Allow',
  Action: '*',
  ...more,
});
export const deny = (more: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Deny',
  Action: '*',
  ...more,
});

export interface Setup {
  readonly identity?: PolicyStatement[];
  readonly resource?: PolicyStatement[];
  readonly trust?: PolicyStatement[];
  readonly managed?: string[];
}
export function authority({ identity = [], resource, trust = [], managed = [] }: Setup): Authority {
  const directory = new Directory();
  for (const name of ['worker', 'other']) {
    directory.addRole({
      arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      name,
      trust: document(...trust),
      inline: identity.length > 0 ? [{ name: 'inline', document: document(...identity) }] : [],
      managed,
    });
  }
  const policy = resource && document(...resource);
  return new Authority(directory, () => policy, {
    account: ACCOUNT,
    region: 'us-east-1',
    knownKey: knownKeys([]),
  });
}
export const allowed = (setup: Setup, access: Access, caller: Caller = worker): boolean => {
  try {
    authority(setup).authorize(caller, [access]);
    return true;
  } catch (e) {
    if ((e as Error).name !== 'AccessDenied') throw e;
    return false;
  }
};
export const get = (resource: string, context?: Access['context']): Access => ({
  action: 's3:GetObject',
  resource,
  ...(context && { context }),
});
export const OBJECT = 'arn:aws:s3:::bucket/a/b.json';
