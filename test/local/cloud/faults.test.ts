import { describe, expect, it } from 'vitest';
import { Faults, type Target } from '../../../local/cloud/faults.ts';

const target = (service: string, operation = 'GetObject', input = {}): Target => ({
  service,
  operation,
  caller: { kind: 'root' },
  input,
});

describe('injected faults', () => {
  it('strike only the service, operation and input that they name', () => {
    const faults = new Faults();
    faults.inject({
      kind: 'deny',
      service: 's3',
      operation: 'GetObject',
      match: ({ input }) => input.Key === 'a',
    });
    expect(() => faults.check(target('s3', 'GetObject', { Key: 'a' }))).toThrow('s3:GetObject is denied');
    expect(() => faults.check(target('s3', 'GetObject', { Key: 'b' }))).not.toThrow();
    expect(() => faults.check(target('s3', 'PutObject', { Key: 'a' }))).not.toThrow();
    expect(() => faults.check(target('dynamodb', 'GetObject', { Key: 'a' }))).not.toThrow();
  });

  it('end when they are taken back or have struck as often as asked', () => {
    const faults = new Faults();
    const restore = faults.inject({ kind: 'lose-store', service: 'dynamodb' });
    expect(() => faults.check(target('dynamodb'))).toThrow('does not answer');
    restore();
    expect(() => faults.check(target('dynamodb'))).not.toThrow();
    faults.inject({ kind: 'throttle', service: 'dynamodb', times: 2 });
    expect(() => faults.check(target('dynamodb'))).toThrow('Rate exceeded');
    expect(() => faults.check(target('dynamodb'))).toThrow('Rate exceeded');
    expect(() => faults.check(target('dynamodb'))).not.toThrow();
  });

  it('that lose an answer let the call be made first', () => {
    const faults = new Faults();
    faults.inject({ kind: 'lose-answer', service: 'dynamodb', times: 1 });
    expect(faults.check(target('dynamodb'))).toMatchObject({ name: 'ServiceUnavailable', statusCode: 503 });
    expect(faults.check(target('dynamodb'))).toBeUndefined();
  });

  it.each([
    ['lambda', 'TooManyRequestsException', 429],
    ['s3', 'SlowDown', 503],
    ['states', 'ThrottlingException', 400],
  ])('throttle %s by the name that its callers match on', (service, name, statusCode) => {
    const faults = new Faults();
    faults.inject({ kind: 'throttle', service });
    let error: unknown;
    try {
      faults.check(target(service));
    } catch (e) {
      error = e;
    }
    expect(error).toMatchObject({ name, statusCode });
  });
});
