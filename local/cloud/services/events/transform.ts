import { AwsError } from '../../types.ts';
import type { CloudEvent } from '../internal.ts';

/** How a rule's target gets its input: one of the three, or the whole event. */
export interface InputSpec {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
        readonly InputTemplate: string;
      }
    | undefined;
}
/** The rule, for the reserved variables of templates. */
export interface RuleInfo {
  readonly arn: string;
  readonly name: string;
}

/** Value at `$`, `$.a.b`, `$.a[0]` or `$['a b']`; undefined when there is none. @throws AwsError for other paths */
export function atPath(value: unknown, path: string): unknown {
  if (!/^\$((\.[^.[\]]+)|(\[\d+\])|(\['[^']+'\]))*$/.test(path)) {
    throw new AwsError('ValidationException', `InputPath ${path} is not a JSON path of fields and indexes`);
  }
  let at: unknown = value;
  for (const [, field, index, quoted] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[field ?? index ?? quoted!];
  }
  return at;
}

/**
 * Fills a template. `<name>` outside quotes is the value as JSON; inside a JSON string it is text, quotes escaped.
 * A variable without a value is an empty text in both places.
 */
function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  let inside = false;
  let out = '';
  for (let i = 0; i < template.length; i++) {
    const c = template[i]!;
    const name = c === '<' ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i))?.[1] : undefined;
    if (name !== undefined && name in values) {
      out += render(values[name], inside);
      i += name.length + 1;
      continue;
    }
    if (inside && c === '\\') {
      out += c + (template[++i] ?? '');
      continue;
    }
    if (c === '"') inside = !inside;
    out += c;
  }
  return out;
}

function render(value: unknown, insideText: boolean): string {
  if (value === undefined) return insideText ? '' : '""';
  if (!insideText) return JSON.stringify(value);
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
}

/** A template that is itself one JSON string, or free text, yields text; JSON yields JSON. */
export function targetInput(spec: InputSpec, event: CloudEvent, rule: RuleInfo, ingestedAt: string): string {
  if (spec.Input !== undefined) return spec.Input;
  if (spec.InputPath !== undefined) return JSON.stringify(atPath(event, spec.InputPath) ?? {});
  if (!spec.InputTransformer) return JSON.stringify(event);
  const { InputPathsMap: paths = {}, InputTemplate: template } = spec.InputTransformer;
  const values: Record<string, unknown> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': ingestedAt,
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  for (const [name, path] of Object.entries(paths)) values[name] = atPath(event, path);
  return fill(template, values);
}
