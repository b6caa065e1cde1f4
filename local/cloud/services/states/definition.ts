import { z } from 'zod';
import { AwsError, NotSupportedLocally } from '../../types.ts';
import { violations } from './validate.ts';

/** Amazon States Language as this interpreter runs it: JSONata only, every field known or refused. */
export interface Retrier {
  readonly ErrorEquals: string[];
  readonly IntervalSeconds?: number | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly BackoffRate?: number | undefined;
  readonly MaxDelaySeconds?: number | undefined;
  readonly JitterStrategy?: 'FULL' | 'NONE' | undefined;
}
export type Template = unknown;
export type Assignments = Record<string, Template>;
export interface Catcher {
  readonly ErrorEquals: string[];
  readonly Next: string;
  readonly Output?: Template;
  readonly Assign?: Assignments | undefined;
}
interface Common {
  readonly Next?: string | undefined;
  readonly End?: true | undefined;
  readonly Output?: Template;
  readonly Assign?: Assignments | undefined;
}
interface Recovering {
  readonly Retry?: Retrier[] | undefined;
  readonly Catch?: Catcher[] | undefined;
}
export interface TaskState extends Common, Recovering {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Template;
  readonly TimeoutSeconds?: number | string | undefined;
  readonly HeartbeatSeconds?: number | string | undefined;
}
export interface ParallelState extends Common, Recovering {
  readonly Type: 'Parallel';
  readonly Arguments?: Template;
  readonly Branches: Branch[];
}
export interface MapState extends Common, Recovering {
  readonly Type: 'Map';
  readonly Items?: Template;
  readonly ItemSelector?: Template;
  readonly MaxConcurrency?: number | string | undefined;
  readonly ItemProcessor: Branch;
}
export interface PassState extends Common {
  readonly Type: 'Pass';
}
export interface WaitState extends Common {
  readonly Type: 'Wait';
  readonly Seconds?: number | string | undefined;
  readonly Timestamp?: string | undefined;
}
export interface ChoiceRule {
  readonly Condition: string | boolean;
  readonly Next: string;
  readonly Output?: Template;
  readonly Assign?: Assignments | undefined;
}
export interface ChoiceState {
  readonly Type: 'Choice';
  readonly Choices: ChoiceRule[];
  readonly Default?: string | undefined;
  readonly Output?: Template;
  readonly Assign?: Assignments | undefined;
}
export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Output?: Template;
}
export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}
export type State =
  | TaskState
  | ParallelState
  | MapState
  | PassState
  | WaitState
  | ChoiceState
  | SucceedState
  | FailState;
/** A state machine, a branch of Parallel, or the processor of Map. */
export interface Branch {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}
export interface Machine extends Branch {
  readonly TimeoutSeconds?: number | undefined;
}

const text = z.string();
const expression = text.regex(/^\{%[\s\S]*%\}$/, 'must be a number or a JSONata expression {% … %}');
const numeric = z.union([z.number().nonnegative(), expression]);
const assign = z.record(text, z.unknown()).optional();
const note = { Comment: text.optional(), QueryLanguage: z.literal('JSONata').optional() };
const going = { Next: text.optional(), End: z.literal(true).optional() };
const giving = { Output: z.unknown().optional(), Assign: assign };
const retrier = z.strictObject({
  ErrorEquals: z.array(text).min(1),
  IntervalSeconds: z.int().positive().optional(),
  MaxAttempts: z.int().nonnegative().optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().positive().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
  Comment: text.optional(),
});
const catcher = z.strictObject({
  ErrorEquals: z.array(text).min(1),
  Next: text,
  ...giving,
  Comment: text.optional(),
});
const recovering = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };
const branch = z.strictObject({
  StartAt: text,
  States: z.lazy(() => states),
  Comment: text.optional(),
  QueryLanguage: z.literal('JSONata').optional(),
});
const state: z.ZodType<State> = z.lazy(() =>
  z.discriminatedUnion('Type', [
    z.strictObject({
      Type: z.literal('Task'),
      Resource: text,
      Arguments: z.unknown().optional(),
      TimeoutSeconds: numeric.optional(),
      HeartbeatSeconds: numeric.optional(),
      ...note,
      ...going,
      ...giving,
      ...recovering,
    }),
    z.strictObject({
      Type: z.literal('Parallel'),
      Arguments: z.unknown().optional(),
      Branches: z.array(branch).min(1),
      ...note,
      ...going,
      ...giving,
      ...recovering,
    }),
    z.strictObject({
      Type: z.literal('Map'),
      Items: z.unknown().optional(),
      ItemSelector: z.unknown().optional(),
      MaxConcurrency: numeric.optional(),
      ItemProcessor: branch.extend({
        ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
      }),
      ...note,
      ...going,
      ...giving,
      ...recovering,
    }),
    z.strictObject({ Type: z.literal('Pass'), ...note, ...going, ...giving }),
    z.strictObject({
      Type: z.literal('Wait'),
      Seconds: numeric.optional(),
      Timestamp: text.optional(),
      ...note,
      ...going,
      ...giving,
    }),
    z.strictObject({
      Type: z.literal('Choice'),
      Choices: z
        .array(
          z.strictObject({
            Condition: z.union([expression, z.boolean()]),
            Next: text,
            ...giving,
            Comment: text.optional(),
          }),
        )
        .min(1),
      Default: text.optional(),
      ...note,
      ...giving,
    }),
    z.strictObject({ Type: z.literal('Succeed'), Output: z.unknown().optional(), ...note }),
    z.strictObject({
      Type: z.literal('Fail'),
      Error: text.optional(),
      Cause: text.optional(),
      ...note,
    }),
  ]),
) as z.ZodType<State>;
const states = z.record(text, state);
const machine = z.strictObject({
  Comment: text.optional(),
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.literal('JSONata'),
  TimeoutSeconds: z.int().positive().optional(),
  StartAt: text,
  States: states,
});

/**
 * Reads and checks a definition.
 * @throws NotSupportedLocally for JSONPath
 * @throws AwsError InvalidDefinition naming every field that is wrong or unknown
 */
export function parseDefinition(json: string): Machine {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (e) {
    throw new AwsError('InvalidDefinition', `INVALID_JSON_DESCRIPTION: ${(e as Error).message}`);
  }
  const language = (raw as { QueryLanguage?: unknown } | null)?.QueryLanguage ?? 'JSONPath';
  if (language !== 'JSONata') throw new NotSupportedLocally(`Step Functions QueryLanguage ${language}`);
  const parsed = machine.safeParse(raw);
  const issues = parsed.success
    ? violations(parsed.data)
    : parsed.error.issues.map((i) => `/${i.path.join('/')}: ${i.message}`);
  if (!parsed.success || issues.length > 0)
    throw new AwsError('InvalidDefinition', `SCHEMA_VALIDATION_FAILED:\n${issues.join('\n')}`);
  return parsed.data;
}
