import type { MapState, ParallelState } from './definition.ts';
import { checkSize, StateError } from './errors.ts';
import { asStateError, runBranch } from './interpreter.ts';
import { bindingsOf, type Entry, type Runtime, type Scope } from './runtime.ts';
import { childSignal, detached } from './waiting.ts';

/** Iterations that Step Functions runs at once where `MaxConcurrency` is 0 or absent (quota of inline Map). */
const INLINE_CONCURRENCY = 40;

/** Starts the children of a Parallel or Map with scopes of their own, and ends all when one fails. */
async function runChildren(
  runtime: Runtime,
  entry: Entry,
  count: number,
  concurrency: number,
  run: (index: number, scope: Scope) => Promise<unknown>,
): Promise<unknown[]> {
  const controller = childSignal(entry.scope.signal);
  const results: unknown[] = new Array(count).fill(null);
  let next = 0;
  let failure: StateError | undefined;
  const worker = async () => {
    while (next < count && !controller.signal.aborted) {
      const index = next++;
      try {
        // Variables of the outer scope are read as they were at entry; what is assigned inside is gone at the end.
        const scope: Scope = { variables: { ...entry.scope.variables }, signal: controller.signal };
        results[index] = await run(index, scope);
      } catch (e) {
        if (controller.signal.aborted) return;
        failure = asStateError(e);
        controller.abort(failure);
      }
    }
  };
  const { clock } = runtime.cloud;
  const workers = Array.from({ length: Math.min(concurrency, count) }, (_, i) =>
    detached(clock, `${entry.name} ${i}`, worker, entry.scope.signal),
  );
  await Promise.all(workers);
  if (failure) throw failure;
  return results;
}

/** @throws StateError of the first branch that failed; its siblings are ended */
export async function runParallel(runtime: Runtime, entry: Entry, state: ParallelState): Promise<unknown> {
  const input =
    state.Arguments === undefined
      ? entry.input
      : await runtime.expressions.evaluate(state.Arguments, bindingsOf(entry), 'Arguments');
  return runChildren(runtime, entry, state.Branches.length, state.Branches.length, (i, scope) =>
    runBranch(runtime, state.Branches[i]!, input, { ...scope, map: entry.scope.map }),
  );
}

/** @throws StateError of the first iteration that failed; the others are ended */
export async function runMap(runtime: Runtime, entry: Entry, state: MapState): Promise<unknown> {
  const { expressions } = runtime;
  const bindings = bindingsOf(entry);
  const items =
    state.Items === undefined ? entry.input : await expressions.evaluate(state.Items, bindings, 'Items');
  if (!Array.isArray(items))
    throw new StateError(
      'States.QueryEvaluationError',
      `The field 'Items' must be an array, but is ${JSON.stringify(items)?.slice(0, 200)}`,
    );
  const limit = await expressions.number(state.MaxConcurrency ?? 0, bindings, 'MaxConcurrency');
  const results = await runChildren(
    runtime,
    entry,
    items.length,
    limit === 0 ? INLINE_CONCURRENCY : limit,
    async (index, scope) => {
      const map = { Item: { Index: index, Value: items[index] } };
      const inside: Entry = { ...entry, context: { ...entry.context, Map: map } };
      const input =
        state.ItemSelector === undefined
          ? items[index]
          : await expressions.evaluate(state.ItemSelector, bindingsOf(inside), 'ItemSelector');
      return runBranch(runtime, state.ItemProcessor, input, { ...scope, map });
    },
  );
  checkSize(results, `the result of state '${entry.name}'`);
  return results;
}
