import { describe, expect, it } from 'vitest';
import type { Access, PolicyStatement } from '../../../../local/cloud/types.ts';
import { allow, allowed, authority, get, OBJECT, ROLE } from './world.ts';

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
