import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evaluate, resolve, type Scope } from '../../../local/cloud/assembly/intrinsics.ts';
import { physicalName } from '../../../local/cloud/assembly/names.ts';
import { creationOrder } from '../../../local/cloud/assembly/order.ts';
import { parameterValues } from '../../../local/cloud/assembly/parameters.ts';
import { problemsOf } from '../../../local/cloud/assembly/problems.ts';

const scope: Scope = {
  region: 'eu-west-1',
  parameters: { 'AWS::Region': 'eu-west-1', Size: 'large', Many: ['a', 'b'] },
  mappings: { Sizes: { large: { Gb: 8 } } },
  condition: (name) => {
    if (name === 'Yes') return true;
    if (name === 'No') return false;
    throw new Error(`no condition is named '${name}'`);
  },
  resource: (id) =>
    id === 'Queue' ? { ref: 'url', attributes: { Arn: 'arn:q', 'Endpoint.Port': 5432 } } : undefined,
  importValue: (name) => {
    if (name === 'Shared') return 'imported';
    throw new Error(`no loaded stack exports '${name}'`);
  },
};

describe('intrinsic functions', () => {
  const cases: [string, unknown, unknown][] = [
    ['Ref of a parameter', { Ref: 'Size' }, 'large'],
    ['Ref of a resource', { Ref: 'Queue' }, 'url'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:q'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Queue.Endpoint.Port' }, 5432],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Size' }, 3]] }, 'a-large-3'],
    ['Fn::Join of a list parameter', { 'Fn::Join': [',', { Ref: 'Many' }] }, 'a,b'],
    ['Fn::Sub of text', { 'Fn::Sub': `\${Queue.Arn}/\${AWS::Region}/\${!Kept}` }, `arn:q/eu-west-1/\${Kept}`],
    ['Fn::Sub with its own values', { 'Fn::Sub': [`\${x}-\${Size}`, { x: { Ref: 'Queue' } }] }, 'url-large'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['Fn::If', { 'Fn::If': ['No', 1, { 'Fn::If': ['Yes', 2, { Ref: 'Nothing' }] }] }, 2],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Size' }, 'Gb'] }, 8],
    ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'Shared' } }, 'imported'],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['Fn::Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    ['no value in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['no value in a list', [1, { 'Fn::If': ['Yes', { Ref: 'AWS::NoValue' }, 2] }], [1]],
    [
      'an object of one plain key',
      { Condition: { StringEquals: { a: 'b' } } },
      { Condition: { StringEquals: { a: 'b' } } },
    ],
  ];
  it.each(cases)('resolve %s', (_, template, value) => {
    expect(resolve(template, scope)).toEqual(value);
  });

  const failures: [string, unknown, string][] = [
    ['an unknown function', { 'Fn::Cidr': [] }, "'Fn::Cidr' is not implemented"],
    ['a reference to nothing', { Ref: 'Nothing' }, "Ref 'Nothing' is neither a parameter nor a resource"],
    [
      'an attribute that the resource has not',
      { 'Fn::GetAtt': ['Queue', 'Name'] },
      'gives this resource only Arn',
    ],
    ['a missing mapping', { 'Fn::FindInMap': ['Sizes', 'small', 'Gb'] }, 'no Sizes.small.Gb'],
    ['an index out of range', { 'Fn::Select': [2, ['a']] }, 'no element 2'],
    ['an unknown condition', { 'Fn::If': ['Maybe', 1, 2] }, "no condition is named 'Maybe'"],
    ['an import that nobody exports', { 'Fn::ImportValue': 'x' }, "no loaded stack exports 'x'"],
    ['a dynamic reference', '{{resolve:ssm:/x}}', 'dynamic reference'],
    ['an object inside a join', { 'Fn::Join': ['', [{ a: 1 }]] }, 'Fn::Join needs text'],
  ];
  it.each(failures)('fail loudly for %s', (_, template, message) => {
    expect(() => resolve(template, scope)).toThrow(message);
  });

  it('leave any value alone that has no function in it', () => {
    const plain = fc.letrec((tie) => ({
      tree: fc.oneof(
        fc.string().filter((s) => !s.includes('{{resolve:')),
        fc.integer(),
        fc.boolean(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('tree'), { maxKeys: 4 }),
      ),
    })).tree;
    fc.assert(
      fc.property(plain, (value) => {
        expect(resolve(value, scope)).toEqual(value);
      }),
    );
  });
});

describe('conditions', () => {
  it('combine', () => {
    const yes = { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] };
    expect(evaluate(yes, scope)).toBe(true);
    expect(evaluate({ 'Fn::And': [yes, { Condition: 'No' }] }, scope)).toBe(false);
    expect(evaluate({ 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Not': [{ Condition: 'No' }] }] }, scope)).toBe(
      true,
    );
    expect(() => evaluate({ 'Fn::Contains': [] }, scope)).toThrow('Fn::Contains');
  });
});

describe('order of creation', () => {
  const of = (Properties: Record<string, unknown>, DependsOn?: string[]) => ({
    Type: 'T',
    Properties,
    ...(DependsOn && { DependsOn }),
  });

  it('puts each resource after what it refers to in any way', () => {
    const order = creationOrder({
      A: of({ x: { 'Fn::Sub': `\${B.Arn} \${!C}` } }),
      B: of({ x: [{ 'Fn::GetAtt': ['C', 'Arn'] }, { Ref: 'AWS::Region' }] }),
      C: of({}, ['D']),
      D: of({ x: { 'Fn::If': ['Yes', { Ref: 'E' }, 1] } }),
      E: of({}),
    });
    expect(order).toEqual(['E', 'D', 'C', 'B', 'A']);
  });

  it('shows a cycle', () => {
    expect(() =>
      creationOrder({ A: of({ x: { Ref: 'B' } }), B: of({}, ['C']), C: of({ x: { Ref: 'A' } }) }),
    ).toThrow('A -> B -> C -> A');
  });

  it('names a dependency that does not exist', () => {
    expect(() => creationOrder({ A: of({}, ['Z']) })).toThrow("A depends on 'Z'");
  });
});

describe('parameters', () => {
  it('take given values, defaults, lists and the bootstrap version', () => {
    const declared = {
      A: { Type: 'String', Default: 'a' },
      B: { Type: 'CommaDelimitedList', Default: 'x, y' },
      V: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
    };
    expect(parameterValues(declared, { A: 'given' })).toEqual({ A: 'given', B: ['x', 'y'], V: '30' });
  });

  it('of another SSM parameter or type are errors', () => {
    const ssm = { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/my/own' } };
    expect(() => parameterValues(ssm, {})).toThrow("SSM parameter '/my/own'");
    expect(() => parameterValues({ P: { Type: 'AWS::EC2::VPC::Id', Default: 'v' } }, {})).toThrow(
      'AWS::EC2::VPC::Id',
    );
  });
});

describe('physical names', () => {
  it('are stack, logical id and a suffix, the same every time', () => {
    expect(physicalName('Stack', 'Queue')).toMatch(/^Stack-Queue-[A-Z0-9]{12}$/);
    expect(physicalName('Stack', 'Queue')).toBe(physicalName('Stack', 'Queue'));
    expect(physicalName('Stack', 'Queue')).not.toBe(physicalName('Stack', 'Queue2'));
  });

  it('never exceed what the service allows and keep something of both', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Z][a-z]{5,100}$/),
        fc.stringMatching(/^[A-Z][a-z]{5,100}$/),
        fc.integer({ min: 20, max: 128 }),
        (stack, id, max) => {
          const name = physicalName(stack, id, max);
          expect(name.length).toBeLessThanOrEqual(max);
          expect(name.split('-').every((part) => part.length > 0)).toBe(true);
        },
      ),
    );
  });
});

describe('problems with properties', () => {
  it('carry the path, and of a union the branch that came furthest', () => {
    const schema = z.strictObject({
      A: z.union([z.string(), z.strictObject({ B: z.array(z.strictObject({ C: z.number() })) })]),
    });
    const parsed = schema.safeParse({ A: { B: [{ C: 1, D: 2 }] }, E: 1 });
    expect(problemsOf(parsed.error!)).toEqual([
      'property A.B.0.D is not implemented by the local cloud',
      'property E is not implemented by the local cloud',
    ]);
  });
});
