import { describe, expect, it } from 'vitest';
import type { Access, PolicyStatement } from '../../../../local/cloud/types.ts';
import { allow, allowed, authority, deny, get, OBJECT, OTHER } from './world.ts';

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
