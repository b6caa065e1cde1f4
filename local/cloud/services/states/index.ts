import type { Cloud } from '../../types.ts';
import { executionOf, operations, type World } from './api.ts';
import type { Execution, Host } from './execution.ts';
import { Expressions } from './expression.ts';
import { machineResource } from './machine.ts';
import type { Transition } from './runtime.ts';
import type { StatesService } from './service.ts';
import { Tokens } from './tokens.ts';

export type { Execution } from './execution.ts';
export type { Transition } from './runtime.ts';
export type { StatesService } from './service.ts';

/** AWS Step Functions: standard workflows in JSONata, on virtual time. */
export function createStates(): StatesService {
  const listeners = new Set<(transition: Transition) => void>();
  const executions = new Map<string, Execution>();
  // A service object belongs to one cloud: the first that asks.
  let only: Host | undefined;
  const host = (cloud: Cloud): Host => {
    only ??= {
      cloud,
      expressions: new Expressions(cloud.random, () => cloud.clock.now()),
      tokens: new Tokens(),
      heard: (transition) => {
        for (const listener of listeners) listener(transition);
      },
    };
    return only;
  };
  const world: World = { machines: new Map(), executions, host };
  return {
    name: 'states',
    protocol: 'json',
    operations: operations(world),
    resources: [machineResource(world.machines)],
    async ended(executionArn) {
      await executionOf(world, executionArn).ended;
    },
    onTransition(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get executions() {
      return [...executions.values()];
    },
  };
}
