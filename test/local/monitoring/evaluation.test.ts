import { describe, expect, it } from 'vitest';
import { type AlarmState, stateOf } from '../../../local/cloud/services/monitoring/evaluation.ts';

const points = (text: string) => text.split(' ').map((c) => (c === '-' ? undefined : c === 'X'));
const all = (text: string, n: number, m: number, current: AlarmState = 'OK') =>
  (['missing', 'ignore', 'breaching', 'notBreaching'] as const).map((t) =>
    stateOf(points(text), n, m, t, current),
  );

// The tables of "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide; `keep` is the
// present state. Columns: missing, ignore, breaching, notBreaching.
const keep = 'OK';
const none = 'INSUFFICIENT_DATA';
describe('an alarm of 3 out of 3 data points', () => {
  it.each([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', [none, keep, 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - - - X', [none, keep, 'ALARM', 'OK']],
    ['X - - - -', ['ALARM', keep, 'ALARM', 'OK']],
  ])('reads %s as the user guide does', (text, expected) => {
    expect(all(text, 3, 3)).toEqual(expected);
  });
});

describe('an alarm of 2 out of 3 data points', () => {
  it.each([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - X', [none, keep, 'ALARM', 'OK']],
  ])('reads %s as the user guide does', (text, expected) => {
    expect(all(text, 3, 2)).toEqual(expected);
  });
});

it('keeps ALARM while data are missing if it ignores missing data', () => {
  expect(stateOf(points('- - - - -'), 3, 3, 'ignore', 'ALARM')).toBe('ALARM');
});
