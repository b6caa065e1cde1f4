import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../local/cloud/services/states/definition.ts';
import { substitute } from '../../../local/cloud/services/states/machine.ts';
import { laboratory } from './machine-under-test.ts';

const parse = (States: object, more: object = {}) =>
  parseDefinition(JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States, ...more }));
const pass = { Type: 'Pass', End: true };

describe('a definition', () => {
  it.each([
    ['an unknown field', { A: { ...pass, ResultPath: '$' } }, 'ResultPath'],
    ['a state that does not exist', { A: { Type: 'Pass', Next: 'B' } }, "state 'B' does not exist"],
    ['a state that nothing leads to', { A: pass, B: pass }, 'B: state is not reachable'],
    ['neither Next nor End', { A: { Type: 'Pass' } }, 'exactly one of Next and End'],
    [
      'States.ALL that is not last',
      {
        A: {
          Type: 'Task',
          Resource: 'r',
          Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }],
          End: true,
        },
      },
      'States.ALL must be in the last entry',
    ],
    [
      'an inner variable that an outer scope assigns',
      {
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'I', States: { I: { ...pass, Assign: { x: 2 } } } }],
          End: true,
        },
      },
      "variable 'x' is assigned in an outer scope",
    ],
  ])('with %s is refused with its place', (_, definition, message) => {
    expect(() => parse(definition)).toThrow(message);
  });

  it('in JSONPath is refused by name', () => {
    expect(() => parseDefinition('{"StartAt":"A","States":{}}')).toThrow(
      'QueryLanguage JSONPath is not implemented',
    );
  });

  it('with a resource that has no integration is refused when the machine is made', async () => {
    const Resource = 'arn:aws:states:::glue:startJobRun.sync';
    const machine = { StartAt: 'A', States: { A: { Type: 'Task', Resource, End: true } } };
    await expect(laboratory().machine(machine)).rejects.toThrow(Resource);
  });

  it('of an EXPRESS machine is refused by name', async () => {
    const properties = { DefinitionString: '{}', RoleArn: 'r', StateMachineType: 'EXPRESS' };
    await expect(laboratory().cloud.create('AWS::StepFunctions::StateMachine', properties)).rejects.toThrow(
      'StateMachineType EXPRESS',
    );
  });
});

describe('substitutions', () => {
  const hole = (name: string) => `$\{${name}}`;
  it('are put into the text before it is read as JSON', () => {
    const source = `{"a":"${hole('X')}-${hole('Y')}"}`;
    expect(substitute(source, { X: 'say "hi"', Y: '2' })).toBe('{"a":"say \\"hi\\"-2"}');
  });
  it('that are missing are named', () => {
    expect(() => substitute(`${hole('A')} ${hole('B')}`, { A: '1' })).toThrow(
      `no substitution for ${hole('B')}`,
    );
  });
});
