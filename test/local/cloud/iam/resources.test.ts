import { describe, expect, it } from 'vitest';
import { Authority } from '../../../../local/cloud/iam/authority.ts';
import { Directory } from '../../../../local/cloud/iam/directory.ts';
import { knownKeys } from '../../../../local/cloud/iam/keys.ts';
import type { Access } from '../../../../local/cloud/types.ts';
import {
  ACCOUNT,
  allow,
  allowed,
  authority,
  deny,
  document,
  get,
  OBJECT,
  OTHER,
  ROLE,
  ROOT_ARN,
  service,
  worker,
} from './world.ts';

describe('resource policies', () => {
  it('allow a role that they name, without an identity policy', () => {
    const resource = [allow({ Principal: { AWS: ROLE }, Resource: '*' })];
    expect(allowed({ resource }, get(OBJECT))).toBe(true);
    expect(allowed({ resource }, get(OBJECT), { kind: 'role', roleArn: OTHER, session: 's' })).toBe(false);
  });

  it('leave the decision to identity policies when they name the account', () => {
    const resource = [allow({ Principal: { AWS: ROOT_ARN }, Resource: '*' })];
    expect(allowed({ resource }, get(OBJECT))).toBe(false);
  });

  it('deny everybody, the administrator included, whom they mean', () => {
    const resource = [
      deny({ Principal: '*', Resource: '*', Condition: { Null: { 's3:if-none-match': 'true' } } }),
    ];
    const identity = [allow({ Resource: '*' })];
    expect(allowed({ resource, identity }, get(OBJECT))).toBe(false);
    expect(allowed({ resource, identity }, get(OBJECT), { kind: 'root' })).toBe(false);
    expect(allowed({ resource, identity }, get(OBJECT, { 's3:if-none-match': '*' }))).toBe(true);
  });

  it('alone can allow a service, on behalf of the resource they name', () => {
    const source = 'arn:aws:events:us-east-1:123456789012:rule/r';
    const resource = [
      allow({
        Principal: { Service: 'events.amazonaws.com' },
        Resource: '*',
        Condition: { ArnEquals: { 'aws:SourceArn': source }, StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      }),
    ];
    expect(allowed({ resource }, get(OBJECT), service('events.amazonaws.com', source))).toBe(true);
    expect(allowed({ resource }, get(OBJECT), service('events.amazonaws.com', `${source}2`))).toBe(false);
    expect(allowed({ resource }, get(OBJECT), service('events.amazonaws.com'))).toBe(false);
    expect(allowed({ resource }, get(OBJECT), service('sns.amazonaws.com', source))).toBe(false);
    expect(allowed({ resource }, get(OBJECT))).toBe(false);
  });

  it('of an unknown kind of principal are errors', () => {
    const resource = [allow({ Principal: { Federated: 'x' }, Resource: '*' })];
    expect(() => authority({ resource }).validate([OBJECT])).toThrow(
      `policy of ${OBJECT}: principal kind 'Federated' is not implemented`,
    );
  });
});

describe('the policy of a key', () => {
  const decrypt: Access = { action: 'kms:Decrypt', resource: 'arn:aws:kms:us-east-1:123456789012:key/k' };
  const identity = [allow({ Action: 'kms:*', Resource: '*' })];

  it('must hand the decision to the account before an identity policy counts', () => {
    expect(allowed({ identity, resource: [] }, decrypt)).toBe(false);
    expect(
      allowed({ identity, resource: [allow({ Principal: { AWS: ROOT_ARN }, Resource: '*' })] }, decrypt),
    ).toBe(true);
    expect(allowed({ resource: [allow({ Principal: { AWS: ROOT_ARN }, Resource: '*' })] }, decrypt)).toBe(
      false,
    );
  });

  it('allows by itself whom it names, and a service in either spelling', () => {
    expect(allowed({ resource: [allow({ Principal: { AWS: ROLE }, Resource: '*' })] }, decrypt)).toBe(true);
    const logs = [allow({ Principal: { Service: 'logs.us-east-1.amazonaws.com' }, Resource: '*' })];
    expect(allowed({ resource: logs }, decrypt, service('logs.amazonaws.com'))).toBe(true);
  });
});

describe('taking on a role', () => {
  const trust = [allow({ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } })];

  it('needs a trust policy that names the service', () => {
    expect(() => authority({ trust }).checkTrust(ROLE, 'lambda.amazonaws.com')).not.toThrow();
    expect(() => authority({ trust }).checkTrust(ROLE, 'states.amazonaws.com')).toThrow('does not allow');
    expect(() => authority({ trust }).checkTrust(`${ROLE}x`, 'lambda.amazonaws.com')).toThrow(
      'does not exist',
    );
  });

  it('may be confined to one source', () => {
    const confined = [{ ...trust[0]!, Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }];
    const source = 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/s';
    expect(() =>
      authority({ trust: confined }).checkTrust(ROLE, 'lambda.amazonaws.com', source),
    ).not.toThrow();
    expect(() => authority({ trust: confined }).checkTrust(ROLE, 'lambda.amazonaws.com')).toThrow(
      'does not allow',
    );
  });
});

describe('decisions are remembered', () => {
  it('only until a policy is attached or taken back', () => {
    const directory = new Directory();
    directory.addRole({ arn: ROLE, name: 'worker', trust: document(), inline: [], managed: [] });
    const asked = new Authority(directory, () => undefined, {
      account: ACCOUNT,
      region: 'us-east-1',
      knownKey: knownKeys([]),
    });
    expect(() => asked.authorize(worker, [get(OBJECT)])).toThrow('no identity policy allows s3:GetObject');
    const detach = directory.attach('worker', { name: 'p', document: document(allow({ Resource: '*' })) });
    expect(() => asked.authorize(worker, [get(OBJECT)])).not.toThrow();
    detach();
    expect(() => asked.authorize(worker, [get(OBJECT)])).toThrow('no identity policy allows s3:GetObject');
  });

  it('apart for different condition keys', () => {
    const asked = authority({
      identity: [allow({ Resource: '*', Condition: { StringEquals: { 's3:prefix': 'a' } } })],
    });
    expect(() => asked.authorize(worker, [get(OBJECT, { 's3:prefix': 'a' })])).not.toThrow();
    expect(() => asked.authorize(worker, [get(OBJECT, { 's3:prefix': 'b' })])).toThrow();
  });
});
