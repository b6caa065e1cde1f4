import type { Caller, Cloud } from '../../types.ts';
import type { Bindings, Expressions } from './expression.ts';
import type { Callback } from './tokens.ts';

/** What a task integration is given. */
export interface TaskCall {
  readonly cloud: Cloud;
  /** The role of the state machine. */
  readonly caller: Caller;
  readonly roleArn: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** Aborts when the task is out of time or the execution ends. */
  readonly signal: AbortSignal;
  /** The token of this task; present for `.waitForTaskToken`. */
  readonly callback: Callback | undefined;
}

/** A line of an execution's history, as GetExecutionHistory shows it. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly type: string;
  readonly [details: string]: unknown;
}

/** A move of an execution, for the rehearsal and for tests. */
export interface Transition {
  readonly at: number;
  readonly machine: string;
  readonly execution: string;
  readonly executionArn: string;
  readonly type: string;
  readonly state: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the interpreter needs of the execution that it runs. */
export interface Runtime {
  readonly cloud: Cloud;
  readonly caller: Caller;
  readonly roleArn: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly expressions: Expressions;
  /** `$states.context` without State, Task and Map. */
  readonly context: Readonly<Record<string, unknown>>;
  record(type: string, state: string, details?: Record<string, unknown>): void;
  /** A new task token, and the promise of its answer. */
  token(): Callback;
  forget(token: string): void;
}

/** Where in the machine the interpreter is: the variables in scope and what ends this branch. */
export interface Scope {
  readonly variables: Record<string, unknown>;
  readonly signal: AbortSignal;
  /** `$states.context.Map`, inside an iteration. */
  readonly map?: { readonly Item: { readonly Index: number; readonly Value: unknown } } | undefined;
}

/** One entry into a state. */
export interface Entry {
  readonly name: string;
  readonly input: unknown;
  readonly scope: Scope;
  /** `$states.context`, with State and Task. */
  context: Record<string, unknown>;
}

/** Bindings of the expressions of one entry; `extra` is `{result}` or `{errorOutput}`. */
export const bindingsOf = (entry: Entry, extra: Record<string, unknown> = {}): Bindings => ({
  ...entry.scope.variables,
  states: { input: entry.input, context: entry.context, ...extra },
});
