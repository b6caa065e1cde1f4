import type { Access, Cloud, Operation } from '../../types.ts';
import { AwsError, NotSupportedLocally } from '../../types.ts';
import { Execution, type Host } from './execution.ts';
import type { StateMachine } from './machine.ts';
import { taskFailure } from './tokens.ts';

/** Everything of Step Functions in one cloud. */
export interface World {
  readonly machines: Map<string, StateMachine>;
  readonly executions: Map<string, Execution>;
  host(cloud: Cloud): Host;
}

/** Input and output of an execution: 256 KiB of UTF-8 JSON. */
const MAX_INPUT_BYTES = 262_144;
const PAGE = 1000;

function machineOf(world: World, arn: unknown): StateMachine {
  const machine = world.machines.get(String(arn));
  if (machine) return machine;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}
/** @throws AwsError ExecutionDoesNotExist */
export function executionOf(world: World, arn: unknown): Execution {
  const execution = world.executions.get(String(arn));
  if (execution) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
const summary = (e: Execution) => ({
  executionArn: e.executionArn,
  stateMachineArn: e.stateMachineArn,
  name: e.name,
  status: e.status,
  startDate: seconds(e.startedAt),
  ...(e.stoppedAt !== undefined && { stopDate: seconds(e.stoppedAt) }),
});

function start(world: World, input: Record<string, unknown>, cloud: Cloud) {
  const machine = machineOf(world, input['stateMachineArn']);
  const text = String(input['input'] ?? '{}');
  try {
    JSON.parse(text);
  } catch (e) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: ${(e as Error).message}`,
    );
  }
  if (Buffer.byteLength(text) > MAX_INPUT_BYTES)
    throw new AwsError('InvalidExecutionInput', `the input is larger than ${MAX_INPUT_BYTES} bytes`);
  const name = String(input['name'] ?? cloud.random.uuid());
  if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  const execution = new Execution(world.host(cloud), machine, name, text);
  const existing = world.executions.get(execution.executionArn);
  if (existing) {
    // StartExecution is idempotent while the execution of that name and input runs.
    if (existing.status === 'RUNNING' && existing.input === text)
      return { executionArn: existing.executionArn, startDate: seconds(existing.startedAt) };
    throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${execution.executionArn}'`);
  }
  world.executions.set(execution.executionArn, execution);
  execution.start();
  return { executionArn: execution.executionArn, startDate: seconds(execution.startedAt) };
}

function page<T>(all: readonly T[], input: Record<string, unknown>): { items: T[]; nextToken?: string } {
  const from = Number(input['nextToken'] ?? 0);
  const to = from + Math.min(Number(input['maxResults'] ?? PAGE) || PAGE, PAGE);
  return { items: all.slice(from, to), ...(to < all.length && { nextToken: String(to) }) };
}

const on =
  (action: string, key: string) =>
  (input: Record<string, unknown>): readonly Access[] => [
    { action: `states:${action}`, resource: String(input[key] ?? '*') },
  ];
const anywhere = (action: string) => (): readonly Access[] => [{ action: `states:${action}`, resource: '*' }];

/** The operations of Step Functions that this cloud has. */
export function operations(world: World): Record<string, Operation> {
  const tokenOf = (input: Record<string, unknown>, cloud: Cloud) =>
    world.host(cloud).tokens.find(String(input['taskToken']));
  return {
    StartExecution: {
      access: on('StartExecution', 'stateMachineArn'),
      run: (input, { cloud }) => start(world, input, cloud),
    },
    StopExecution: {
      access: on('StopExecution', 'executionArn'),
      run: (input, { cloud }) => {
        const execution = executionOf(world, input.executionArn);
        execution.finish('ABORTED', {
          ...(input.error !== undefined && { error: input.error }),
          ...(input.cause !== undefined && { cause: input.cause }),
        });
        return { stopDate: seconds(execution.stoppedAt ?? cloud.clock.now()) };
      },
    },
    DescribeExecution: {
      access: on('DescribeExecution', 'executionArn'),
      run: (input) => {
        const e = executionOf(world, input.executionArn);
        return {
          ...summary(e),
          input: e.input,
          ...(e.output !== undefined && { output: e.output }),
          ...(e.error !== undefined && { error: e.error }),
          ...(e.cause !== undefined && { cause: e.cause }),
        };
      },
    },
    ListExecutions: {
      access: on('ListExecutions', 'stateMachineArn'),
      run: (input) => {
        machineOf(world, input.stateMachineArn);
        const found = [...world.executions.values()]
          .filter((e) => e.stateMachineArn === input.stateMachineArn)
          .filter((e) => input.statusFilter === undefined || e.status === input.statusFilter)
          .reverse();
        const { items, ...rest } = page(found, input);
        return { executions: items.map(summary), ...rest };
      },
    },
    GetExecutionHistory: {
      access: on('GetExecutionHistory', 'executionArn'),
      run: (input) => {
        const { history } = executionOf(world, input.executionArn);
        const { items, ...rest } = page(input.reverseOrder ? history.toReversed() : history, input);
        return { events: items, ...rest };
      },
    },
    DescribeStateMachine: {
      access: on('DescribeStateMachine', 'stateMachineArn'),
      run: (input) => {
        const m = machineOf(world, input.stateMachineArn);
        return {
          stateMachineArn: m.arn,
          name: m.name,
          status: 'ACTIVE',
          type: 'STANDARD',
          definition: m.source,
          roleArn: m.roleArn,
          creationDate: seconds(m.createdAt),
        };
      },
    },
    ListStateMachines: {
      access: anywhere('ListStateMachines'),
      run: (input) => {
        const { items, ...rest } = page([...world.machines.values()], input);
        const stateMachines = items.map((m) => ({
          stateMachineArn: m.arn,
          name: m.name,
          type: 'STANDARD',
          creationDate: seconds(m.createdAt),
        }));
        return { stateMachines, ...rest };
      },
    },
    SendTaskSuccess: {
      access: anywhere('SendTaskSuccess'),
      run: (input, { cloud }) => {
        const callback = tokenOf(input, cloud);
        try {
          callback.succeed(JSON.parse(input.output));
        } catch (e) {
          throw new AwsError('InvalidOutput', `Invalid Output: ${(e as Error).message}`);
        }
        return {};
      },
    },
    SendTaskFailure: {
      access: anywhere('SendTaskFailure'),
      run: (input, { cloud }) => {
        tokenOf(input, cloud).fail(taskFailure(input.error, input.cause));
        return {};
      },
    },
    SendTaskHeartbeat: {
      access: anywhere('SendTaskHeartbeat'),
      run: (input, { cloud }) => {
        tokenOf(input, cloud).heartbeat();
        return {};
      },
    },
    StartSyncExecution: {
      access: on('StartSyncExecution', 'stateMachineArn'),
      run: () => {
        throw new NotSupportedLocally('Step Functions StartSyncExecution (EXPRESS)');
      },
    },
  };
}
