import type { TaskState } from './definition.ts';
import { checkSize, StateError } from './errors.ts';
import { integrationOf } from './integrations/index.ts';
import { bindingsOf, type Entry, type Runtime } from './runtime.ts';
import type { Callback } from './tokens.ts';
import { detached, withDeadline } from './waiting.ts';

/** One attempt of a Task state. @throws StateError */
export async function runTask(runtime: Runtime, entry: Entry, state: TaskState): Promise<unknown> {
  const { cloud, expressions } = runtime;
  const integration = integrationOf(state.Resource);
  const callback = integration.callback ? runtime.token() : undefined;
  if (callback) entry.context = { ...entry.context, Task: { Token: callback.token } };
  const bindings = bindingsOf(entry);
  const args =
    state.Arguments === undefined
      ? entry.input
      : await expressions.evaluate(state.Arguments, bindings, 'Arguments');
  checkSize(args, `the arguments of state '${entry.name}'`);
  const seconds = async (value: number | string | undefined, field: string) =>
    value === undefined ? undefined : await expressions.number(value, bindings, field);
  const timeout = await seconds(state.TimeoutSeconds, 'TimeoutSeconds');
  const heartbeat = await seconds(state.HeartbeatSeconds, 'HeartbeatSeconds');
  const details = { resourceType: integration.resourceType, resource: integration.resource };
  runtime.record('TaskScheduled', entry.name, {
    taskScheduledEventDetails: { ...details, region: cloud.region, parameters: JSON.stringify(args) },
  });
  runtime.record('TaskStarted', entry.name, { taskStartedEventDetails: details });
  try {
    const result = await withDeadline(
      cloud.clock,
      timeout === undefined ? undefined : timeout * 1000,
      entry.scope.signal,
      () => new StateError('States.Timeout', `state '${entry.name}' ran longer than ${timeout} s`),
      (signal) =>
        detached(
          cloud.clock,
          `task ${entry.name}`,
          async () => {
            const call = { ...runtime, signal, callback };
            const answer = await integration.run(args, call);
            return callback ? await awaitAnswer(runtime, entry, callback, heartbeat, signal) : answer;
          },
          signal,
        ),
    );
    checkSize(result, `the result of state '${entry.name}'`);
    runtime.record('TaskSucceeded', entry.name, {
      taskSucceededEventDetails: { ...details, output: JSON.stringify(result) },
    });
    return result;
  } catch (e) {
    if (e instanceof StateError && !entry.scope.signal.aborted) recordFailure(runtime, entry, details, e);
    throw e;
  } finally {
    if (callback) runtime.forget(callback.token);
  }
}

async function awaitAnswer(
  runtime: Runtime,
  entry: Entry,
  callback: Callback,
  heartbeat: number | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const { clock } = runtime.cloud;
  runtime.record('TaskSubmitted', entry.name);
  const missed = () =>
    new StateError('States.HeartbeatTimeout', `state '${entry.name}' got no heartbeat for ${heartbeat} s`);
  return callback.wait(clock, heartbeat, missed, signal);
}

function recordFailure(runtime: Runtime, entry: Entry, details: object, e: StateError): void {
  const timedOut = e.error === 'States.Timeout' || e.error === 'States.HeartbeatTimeout';
  const body = { ...details, error: e.error, cause: e.cause };
  if (timedOut) runtime.record('TaskTimedOut', entry.name, { taskTimedOutEventDetails: body });
  else runtime.record('TaskFailed', entry.name, { taskFailedEventDetails: body });
}
