import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../local/cloud/services/events/pattern.ts';

const alarm = {
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  resources: ['arn:aws:cloudwatch:us-east-1:1:alarm:fraud-errors-blue'],
  detail: {
    alarmName: 'fraud-errors-blue',
    state: { value: 'ALARM', evaluated: 5 },
    tags: ['a', 'b'],
    nothing: null,
    list: [{ name: 'x' }, { name: 'y' }],
  },
};
const matches = (pattern: object) => compilePattern(pattern)(alarm);

describe('an event pattern', () => {
  it.each<[string, object, boolean]>([
    ['equal text', { source: ['aws.cloudwatch'] }, true],
    ['another text', { source: ['aws.lambda'] }, false],
    ['one of several', { source: ['aws.lambda', 'aws.cloudwatch'] }, true],
    [
      'nested fields, all of them',
      { source: ['aws.cloudwatch'], detail: { state: { value: ['OK'] } } },
      false,
    ],
    ['an element of an array', { detail: { tags: ['b'] } }, true],
    ['an object in an array', { detail: { list: { name: ['y'] } } }, true],
    ['null', { detail: { nothing: [null] } }, true],
    ['a number that is not text', { detail: { state: { evaluated: ['5'] } } }, false],
    ['prefix', { detail: { alarmName: [{ prefix: 'fraud-' }] } }, true],
    ['prefix of a resource', { resources: [{ prefix: 'arn:aws:s3' }] }, false],
    ['suffix', { detail: { alarmName: [{ suffix: '-blue' }] } }, true],
    [
      'prefix, ignoring case',
      { detail: { alarmName: [{ prefix: { 'equals-ignore-case': 'FRAUD' } }] } },
      true,
    ],
    ['anything but', { detail: { alarmName: [{ 'anything-but': ['x'] }] } }, true],
    ['anything but what it is', { detail: { alarmName: [{ 'anything-but': 'fraud-errors-blue' }] } }, false],
    ['anything but a prefix', { detail: { alarmName: [{ 'anything-but': { prefix: 'fraud' } }] } }, false],
    ['anything but, of what is missing', { detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    ['a range of numbers', { detail: { state: { evaluated: [{ numeric: ['>', 4, '<=', 5] }] } } }, true],
    ['outside the range', { detail: { state: { evaluated: [{ numeric: ['<', 5] }] } } }, false],
    ['exists', { detail: { alarmName: [{ exists: true }] } }, true],
    ['exists, of an object', { detail: { state: [{ exists: true }] } }, false],
    ['does not exist', { detail: { missing: [{ exists: false }] } }, true],
    ['does not exist, below what is missing', { detail: { no: { way: [{ exists: false }] } } }, true],
    ['equals, ignoring case', { detail: { state: { value: [{ 'equals-ignore-case': 'alarm' }] } } }, true],
    ['wildcard', { detail: { alarmName: [{ wildcard: 'fraud-*-blue' }] } }, true],
    ['wildcard with a dot that is no joker', { detail: { alarmName: [{ wildcard: 'fraud.*' }] } }, false],
    ['either alternative', { $or: [{ source: ['x'] }, { detail: { tags: ['a'] } }] }, true],
    ['neither alternative', { $or: [{ source: ['x'] }, { source: ['y'] }], detail: { tags: ['a'] } }, false],
  ])('decides on %s', (_what, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });

  it.each<[string, object]>([
    ['a bare value', { source: 'aws.cloudwatch' }],
    ['an empty list', { source: [] }],
    ['an unknown filter', { source: [{ cidr: '10.0.0.0/8' }] }],
    ['half a comparison', { source: [{ numeric: ['>'] }] }],
    ['one alternative', { $or: [{ source: ['x'] }] }],
  ])('is refused with %s', (_what, pattern) => {
    expect(() => compilePattern(pattern)).toThrow('Event pattern is not valid');
  });
});
