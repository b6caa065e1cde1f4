import type { Template } from './template.ts';

/** Newest version of the CDK's bootstrap stack that templates ask for; nothing of it is needed here but assets. */
const BOOTSTRAP_VERSION = '30';
const SSM = /^AWS::SSM::Parameter::Value<String>$/;
const SIMPLE = new Set(['String', 'Number', 'CommaDelimitedList', 'List<Number>']);

function typed(type: string, value: unknown): unknown {
  if (type.startsWith('List<') || type === 'CommaDelimitedList') {
    return Array.isArray(value)
      ? value
      : String(value)
          .split(',')
          .map((v) => v.trim());
  }
  return typeof value === 'number' ? String(value) : value;
}

/**
 * Values of a stack's parameters: given, or default.
 * @throws Error naming a parameter without a value or of a type that is not implemented
 */
export function parameterValues(
  declared: Template['Parameters'],
  given: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, p] of Object.entries(declared)) {
    const value = given[name] ?? p.Default;
    if (value === undefined) throw new Error(`parameter ${name} has neither a value nor a default`);
    if (SSM.test(p.Type)) {
      if (!/^\/cdk-bootstrap\/[^/]+\/version$/.test(String(value))) {
        throw new Error(
          `parameter ${name} reads SSM parameter '${String(value)}', which the local cloud has not`,
        );
      }
      out[name] = BOOTSTRAP_VERSION;
    } else if (SIMPLE.has(p.Type)) {
      out[name] = typed(p.Type, value);
    } else {
      throw new Error(`parameter ${name} is of type ${p.Type}, which is not implemented by the local cloud`);
    }
  }
  return out;
}
