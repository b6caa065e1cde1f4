import { describe, expect, it } from 'vitest';
import { Authority } from '../../../local/cloud/iam/authority.ts';
import { Directory } from '../../../local/cloud/iam/directory.ts';
import { knownKeys } from '../../../local/cloud/iam/keys.ts';
import type { Access, Caller, PolicyDocument, PolicyStatement } from '../../../local/cloud/types.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const OTHER = `arn:aws:iam::${ACCOUNT}:role/other`;
const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;
const worker: Caller = { kind: 'role', roleArn: ROLE, session: 's' };
const service = (principal: string, sourceArn?: string): Caller => ({
  kind: 'service',
  principal,
  ...(sourceArn && { sourceArn }),
});

const document = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (more: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Allow',
  Action: '*',
  ...more,
});
const deny = (more: Partial<PolicyStatement>): PolicyStatement => ({ Effect: 'Deny', Action: '*', ...more });

interface Setup {
  readonly identity?: PolicyStatement[];
  readonly resource?: PolicyStatement[];
  readonly trust?: PolicyStatement[];
  readonly managed?: string[];
}
function authority({ identity = [], resource, trust = [], managed = [] }: Setup): Authority {
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
const allowed = (setup: Setup, access: Access, caller: Caller = worker): boolean => {
  try {
    authority(setup).authorize(caller, [access]);
    return true;
  } catch (e) {
    if ((e as Error).name !== 'AccessDenied') throw e;
    return false;
  }
};
const get = (resource: string, context?: Access['context']): Access => ({
  action: 's3:GetObject',
  resource,
  ...(context && { context }),
});
const OBJECT = 'arn:aws:s3:::bucket/a/b.json';

describe('identity policies', () => {
  it('allow what they name, in any case of the action, and nothing else', () => {
    const identity = [allow({ Action: ['s3:getobject'], Resource: 'arn:aws:s3:::bucket/a/*' })];
    expect(allowed({ identity }, get(OBJECT))).toBe(true);
    expect(allowed({ identity }, get('arn:aws:s3:::bucket/b.json'))).toBe(false);
    expect(allowed({ identity }, { action: 's3:PutObject', resource: OBJECT })).toBe(false);
  });

  it('do not let a wildcard in one part of an ARN reach into the next', () => {
    const identity = [allow({ Resource: 'arn:aws:sqs:*:jobs' })];
    expect(() => authority({ identity }).validate([])).toThrow('neither');
    const region = [allow({ Resource: 'arn:aws:sqs:*:123456789012:jobs' })];
    expect(
      allowed({ identity: region }, { action: 'sqs:X', resource: 'arn:aws:sqs:eu-west-1:123456789012:jobs' }),
    ).toBe(true);
    expect(
      allowed(
        { identity: region },
        { action: 'sqs:X', resource: 'arn:aws:sqs:eu-west-1:9:123456789012:jobs' },
      ),
    ).toBe(false);
  });

  it('match exactly one character for a question mark', () => {
    const identity = [allow({ Resource: 'arn:aws:s3:::bucket/v?' })];
    expect(allowed({ identity }, get('arn:aws:s3:::bucket/v1'))).toBe(true);
    expect(allowed({ identity }, get('arn:aws:s3:::bucket/v12'))).toBe(false);
  });

  it('deny before they allow', () => {
    const identity = [allow({ Resource: '*' }), deny({ Action: 's3:Get*', Resource: '*' })];
    expect(allowed({ identity }, get(OBJECT))).toBe(false);
    expect(allowed({ identity }, { action: 's3:PutObject', resource: OBJECT })).toBe(true);
  });

  it('understand what is left out by NotAction and NotResource', () => {
    const identity = [
      { Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::secret/*' } as PolicyStatement,
    ];
    expect(allowed({ identity }, get(OBJECT))).toBe(true);
    expect(allowed({ identity }, get('arn:aws:s3:::secret/x'))).toBe(false);
    expect(allowed({ identity }, { action: 'iam:PassRole', resource: OTHER })).toBe(false);
  });

  it('give an action without resources only for the resource *', () => {
    const put: Access = { action: 'cloudwatch:PutMetricData', resource: '*' };
    expect(allowed({ identity: [allow({ Resource: '*' })] }, put)).toBe(true);
    expect(
      allowed({ identity: [allow({ Resource: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:a' })] }, put),
    ).toBe(false);
  });

  it('may be managed by AWS, if the table has them', () => {
    const managed = ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'];
    const logs: Access = {
      action: 'logs:PutLogEvents',
      resource: 'arn:aws:logs:us-east-1:123456789012:log-group:g',
    };
    expect(allowed({ managed }, logs)).toBe(true);
    expect(() => authority({ managed: ['arn:aws:iam::aws:policy/PowerUserAccess'] }).validate([])).toThrow(
      "managed policy 'arn:aws:iam::aws:policy/PowerUserAccess' is not known to the local cloud",
    );
  });
});

describe('conditions', () => {
  const when = (Condition: PolicyStatement['Condition']) =>
    [allow({ Resource: '*', Condition })] as PolicyStatement[];
  const cases: [string, PolicyStatement['Condition'], Access['context'], boolean][] = [
    ['equal text', { StringEquals: { 'kms:ViaService': 'a' } }, { 'kms:ViaService': 'a' }, true],
    ['text of another case', { StringEquals: { 'kms:ViaService': 'A' } }, { 'kms:ViaService': 'a' }, false],
    ['a key of another case', { StringEquals: { 'KMS:viaservice': 'a' } }, { 'kms:ViaService': 'a' }, true],
    [
      'one of several values',
      { StringEquals: { 'kms:ViaService': ['b', 'a'] } },
      { 'kms:ViaService': 'a' },
      true,
    ],
    ['a missing key', { StringEquals: { 'kms:ViaService': 'a' } }, {}, false],
    ['a missing key if it exists', { StringEqualsIfExists: { 'kms:ViaService': 'a' } }, {}, true],
    ['a missing key of a negated operator', { StringNotEquals: { 'kms:ViaService': 'a' } }, {}, true],
    [
      'none of several values',
      { StringNotEquals: { 'kms:ViaService': ['a', 'b'] } },
      { 'kms:ViaService': 'b' },
      false,
    ],
    ['a pattern', { StringLike: { 's3:prefix': 'a/*' } }, { 's3:prefix': 'a/b' }, true],
    [
      'a pattern that does not match',
      { StringNotLike: { 's3:prefix': 'a/*' } },
      { 's3:prefix': 'a/b' },
      false,
    ],
    ['an absent key that must be absent', { Null: { 's3:if-none-match': 'true' } }, {}, true],
    [
      'a present key that must be absent',
      { Null: { 's3:if-none-match': 'true' } },
      { 's3:if-none-match': '*' },
      false,
    ],
    [
      'a present key that must be present',
      { Null: { 's3:if-none-match': 'false' } },
      { 's3:if-none-match': '*' },
      true,
    ],
    ['secure transport', { Bool: { 'aws:SecureTransport': 'false' } }, {}, false],
    ['the calling role', { ArnEquals: { 'aws:PrincipalArn': ROLE } }, {}, true],
    ['the calling role by pattern', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/w*` } }, {}, true],
    ['another role', { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/w*` } }, {}, false],
    [
      'two keys of which one fails',
      { StringEquals: { 's3:prefix': 'a', 's3:delimiter': '/' } },
      { 's3:prefix': 'a' },
      false,
    ],
    [
      'all of many values',
      { 'ForAllValues:StringEquals': { 's3:prefix': ['a', 'b'] } },
      { 's3:prefix': ['a', 'b'] },
      true,
    ],
    [
      'not all of many values',
      { 'ForAllValues:StringEquals': { 's3:prefix': ['a'] } },
      { 's3:prefix': ['a', 'b'] },
      false,
    ],
    ['all of no values', { 'ForAllValues:StringEquals': { 's3:prefix': ['a'] } }, {}, true],
    [
      'any of many values',
      { 'ForAnyValue:StringEquals': { 's3:prefix': ['a'] } },
      { 's3:prefix': ['a', 'b'] },
      true,
    ],
    ['any of no values', { 'ForAnyValue:StringNotEquals': { 's3:prefix': ['a'] } }, {}, false],
    ['a smaller number', { NumericLessThan: { 's3:prefix': '10' } }, { 's3:prefix': '9' }, true],
    [
      'an equal number where it must be smaller',
      { NumericLessThan: { 's3:prefix': '9' } },
      { 's3:prefix': '9' },
      false,
    ],
    [
      'a member of a family of keys',
      { StringEquals: { 'kms:EncryptionContext:aws:s3:arn': 'x' } },
      { 'kms:EncryptionContext:aws:s3:arn': 'x' },
      true,
    ],
  ];
  it.each(cases)('decide %s', (_, condition, context, expected) => {
    expect(allowed({ identity: when(condition) }, get(OBJECT, context))).toBe(expected);
  });

  it('of an unknown operator, an unknown key or a policy variable are errors that name it', () => {
    const validate = (condition: PolicyStatement['Condition']) => () =>
      authority({ identity: when(condition) }).validate([]);
    expect(validate({ IpAddress: { 'aws:SourceArn': '::1' } })).toThrow("condition operator 'IpAddress'");
    expect(validate({ StringEquals: { 'aws:PrincipalOrgID': 'o' } })).toThrow(
      "policy 'inline' of role 'worker': condition key 'aws:PrincipalOrgID' is not supplied by the local cloud",
    );
    const variable = `\${aws:username}`;
    expect(validate({ StringLike: { 's3:prefix': `${variable}/*` } })).toThrow('policy variable');
  });
});

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
