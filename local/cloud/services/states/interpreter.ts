import { AwsError } from '../../types.ts';
import type {
  Assignments,
  Branch,
  ChoiceState,
  FailState,
  State,
  Template,
  WaitState,
} from './definition.ts';
import { checkSize, StateError } from './errors.ts';
import { runMap, runParallel } from './nesting.ts';
import { findCatcher, Retries } from './retry.ts';
import { bindingsOf, type Entry, type Runtime, type Scope } from './runtime.ts';
import { runTask } from './task.ts';
import { sleep } from './waiting.ts';

/** Where a state leads: its output, and the next state or the end of the branch. */
interface Outcome {
  readonly output: unknown;
  readonly next: string | undefined;
}

/**
 * Evaluates Output and Assign together — neither sees what the other made — and assigns.
 * @param fallback the output where the state has no `Output`
 */
async function leave(
  runtime: Runtime,
  entry: Entry,
  field: { readonly Output?: Template; readonly Assign?: Assignments | undefined },
  fallback: unknown,
  extra: Record<string, unknown> = {},
): Promise<unknown> {
  const bindings = bindingsOf(entry, extra);
  const output =
    field.Output === undefined
      ? fallback
      : await runtime.expressions.evaluate(field.Output, bindings, 'Output');
  checkSize(output, `the output of state '${entry.name}'`);
  const assigned = await runtime.expressions.evaluate(field.Assign ?? {}, bindings, 'Assign');
  checkSize(assigned, `what state '${entry.name}' assigns`);
  Object.assign(entry.scope.variables, assigned);
  return output;
}

async function choose(runtime: Runtime, entry: Entry, state: ChoiceState): Promise<Outcome> {
  for (const [i, rule] of state.Choices.entries()) {
    const field = `Choices[${i}]/Condition`;
    const held = await runtime.expressions.evaluate(rule.Condition, bindingsOf(entry), field);
    if (typeof held !== 'boolean')
      throw new StateError(
        'States.QueryEvaluationError',
        `The field '${field}' must be a boolean, but is ${JSON.stringify(held)}`,
      );
    if (held) return { output: await leave(runtime, entry, rule, entry.input), next: rule.Next };
  }
  if (state.Default === undefined)
    throw new StateError('States.NoChoiceMatched', `no choice of state '${entry.name}' matched`);
  return { output: await leave(runtime, entry, state, entry.input), next: state.Default };
}

async function wait(runtime: Runtime, entry: Entry, state: WaitState): Promise<void> {
  const { clock } = runtime.cloud;
  let until: number;
  if (state.Seconds !== undefined) {
    const seconds = await runtime.expressions.number(state.Seconds, bindingsOf(entry), 'Seconds');
    until = clock.now() + seconds * 1000;
  } else {
    const stamp = await runtime.expressions.evaluate(state.Timestamp, bindingsOf(entry), 'Timestamp');
    until = Date.parse(String(stamp));
    if (Number.isNaN(until))
      throw new StateError('States.Runtime', `'${stamp}' is not a timestamp such as 2026-11-16T08:00:00Z`);
  }
  await sleep(clock, Math.max(0, until - clock.now()), `wait ${entry.name}`, entry.scope.signal);
}

async function fail(runtime: Runtime, entry: Entry, state: FailState): Promise<never> {
  const text = async (template: string | undefined, field: string) =>
    String((await runtime.expressions.evaluate(template ?? '', bindingsOf(entry), field)) ?? '');
  throw new StateError(await text(state.Error, 'Error'), await text(state.Cause, 'Cause'));
}

/** Task, Parallel and Map: attempts until one succeeds, no retrier is left, or a catcher takes the error. */
async function attempt(
  runtime: Runtime,
  entry: Entry,
  state: Extract<State, { Type: 'Task' | 'Parallel' | 'Map' }>,
): Promise<Outcome> {
  const retries = new Retries(state.Retry, () => runtime.cloud.random.next());
  for (;;) {
    try {
      const result =
        state.Type === 'Task'
          ? await runTask(runtime, entry, state)
          : state.Type === 'Parallel'
            ? await runParallel(runtime, entry, state)
            : await runMap(runtime, entry, state);
      return { output: await leave(runtime, entry, state, result, { result }), next: state.Next };
    } catch (e) {
      if (!(e instanceof StateError) || entry.scope.signal.aborted) throw e;
      const delay = retries.next(e.error);
      if (delay !== undefined) {
        const reached = { ...(entry.context['State'] as object), RetryCount: retries.count };
        entry.context = { ...entry.context, State: reached };
        await sleep(runtime.cloud.clock, delay * 1000, `retry ${entry.name}`, entry.scope.signal);
        continue;
      }
      const catcher = findCatcher(state.Catch, e.error);
      if (!catcher) throw e;
      const errorOutput = { Error: e.error, Cause: e.cause };
      return {
        output: await leave(runtime, entry, catcher, errorOutput, { errorOutput }),
        next: catcher.Next,
      };
    }
  }
}

async function runState(runtime: Runtime, entry: Entry, state: State): Promise<Outcome> {
  switch (state.Type) {
    case 'Task':
    case 'Parallel':
    case 'Map':
      return attempt(runtime, entry, state);
    case 'Choice':
      return choose(runtime, entry, state);
    case 'Wait':
      await wait(runtime, entry, state);
      return { output: await leave(runtime, entry, state, entry.input), next: state.Next };
    case 'Pass':
      return { output: await leave(runtime, entry, state, entry.input), next: state.Next };
    case 'Succeed':
      return { output: await leave(runtime, entry, state, entry.input), next: undefined };
    case 'Fail':
      return fail(runtime, entry, state);
  }
}

/** A defect of ours, or something that this cloud has not, ends an execution as AWS's own runtime errors do. */
export function asStateError(e: unknown): StateError {
  if (e instanceof StateError) return e;
  if (e instanceof AwsError) return new StateError('States.Runtime', `${e.name}: ${e.message}`);
  return new StateError('States.Runtime', e instanceof Error ? (e.stack ?? e.message) : String(e));
}

/**
 * Runs the states of a machine or branch from StartAt to its end.
 * @throws StateError that no state caught
 * @throws the reason of `scope.signal` when that comes first
 */
export async function runBranch(
  runtime: Runtime,
  branch: Branch,
  input: unknown,
  scope: Scope,
): Promise<unknown> {
  let name = branch.StartAt;
  let data = input;
  for (;;) {
    if (scope.signal.aborted) throw scope.signal.reason;
    const state = branch.States[name]!;
    const kind = state.Type;
    const entry: Entry = {
      name,
      input: data,
      scope,
      context: {
        ...runtime.context,
        ...(scope.map && { Map: scope.map }),
        State: { Name: name, EnteredTime: runtime.cloud.clock.iso(), RetryCount: 0 },
      },
    };
    runtime.record(`${kind}StateEntered`, name, {
      stateEnteredEventDetails: { name, input: JSON.stringify(data) },
    });
    let outcome: Outcome;
    try {
      outcome = await runState(runtime, entry, state);
    } catch (e) {
      if (scope.signal.aborted) throw scope.signal.reason;
      const error = asStateError(e);
      if (error.error === 'States.QueryEvaluationError')
        runtime.record('EvaluationFailed', name, {
          evaluationFailedEventDetails: { state: name, error: error.error, cause: error.cause },
        });
      throw error;
    }
    runtime.record(`${kind}StateExited`, name, {
      stateExitedEventDetails: { name, output: JSON.stringify(outcome.output) },
    });
    if (outcome.next === undefined) return outcome.output;
    name = outcome.next;
    data = outcome.output;
  }
}
