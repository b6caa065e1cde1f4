import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { StatesService } from '../../local/cloud/services/states/index.ts';
import { createStates, type Execution } from '../../local/cloud/services/states/index.ts';
import type { Service } from '../../local/cloud/types.ts';
import { type FakeCloud, fakeCloud, fakeService, MORNING } from '../local/fake-cloud.ts';
import { FunctionFailure, type Functions, fakeLambda, ROLE } from '../local/states/machine-under-test.ts';
import { type World, world } from '../release/world.ts';
import { load, type MachineName, SUBSTITUTIONS } from './load.ts';

export interface Announced {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
/** The three machines on the interpreter, with the release and rollback functions over a world in memory. */
export interface Theatre {
  readonly w: World;
  readonly cloud: FakeCloud;
  readonly states: StatesService;
  /** What the machines themselves announced. */
  readonly announced: Announced[];
  /** Every event, of functions and of machines, in order. */
  readonly types: () => string[];
  start(machine: MachineName, input?: object, name?: string): Promise<Execution>;
  /** Lets time pass until the execution has ended, 90 days at most. */
  end(execution: Execution): Promise<Execution>;
  minutes(n: number): Promise<void>;
  admin(operation: string, input: object): Promise<unknown>;
  /** Breaks a function from now on. */
  breakFunction(name: string, error: string): void;
}

export interface Cast {
  readonly policy?: Partial<ModelDefinition['release']>;
  readonly functions?: Functions;
  readonly services?: readonly Service[];
  readonly substitutions?: Readonly<Record<string, string>>;
}

export async function theatre({ policy, functions, services, substitutions }: Cast = {}): Promise<Theatre> {
  const w = world(policy);
  const announced: Announced[] = [];
  const all: string[] = [];
  const broken = new Map<string, string>();
  const publish = w.deps.publish;
  Object.assign(w.deps, {
    publish: async (e: Parameters<typeof publish>[0]) => {
      all.push(e.type);
      await publish(e);
    },
  });
  // As Lambda reports errors: by the name of what was thrown. Time is the cloud's.
  const play = (name: string, run: (payload: never) => unknown) => async (payload: never) => {
    const error = broken.get(name);
    if (error) throw new FunctionFailure(error, `${name} is broken`);
    w.now = cloud.clock.now();
    try {
      return await run(payload);
    } catch (e) {
      throw new FunctionFailure((e as Error).name, (e as Error).message);
    }
  };
  const acts: Functions = { release: w.release, rollback: w.rollback, ...functions };
  const states = createStates();
  const cloud = fakeCloud(
    [
      states,
      fakeLambda(Object.fromEntries(Object.entries(acts).map(([n, run]) => [n, play(n, run)]))),
      fakeService(
        'events',
        {
          PutEvents: ({ Entries }: { Entries: { DetailType: string; Detail: string }[] }) => {
            if (broken.has('bus'))
              return { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] };
            for (const e of Entries) {
              announced.push({ type: e.DetailType, detail: JSON.parse(e.Detail) });
              all.push(e.DetailType);
            }
            return { FailedEntryCount: 0, Entries: [] };
          },
        },
        { emit: () => {} },
      ),
      ...(services ?? []),
    ],
    MORNING,
  );
  const given: Record<string, string> = { ...SUBSTITUTIONS, ...substitutions };
  const arns = new Map<MachineName, string>();
  for (const name of ['rollback', 'release', 'retrain'] as const) {
    const DefinitionString = JSON.stringify(load(name, given));
    const type = 'AWS::StepFunctions::StateMachine';
    const { ref } = await cloud.create(type, { DefinitionString, RoleArn: ROLE }, name);
    arns.set(name, ref);
    given[name === 'rollback' ? 'RollbackMachineArn' : 'ReleaseMachineArn'] = ref;
  }
  Object.assign(w.deps, {
    executions: {
      isRunning: async (arn: string) =>
        states.executions.some((e) => e.executionArn === arn && e.status === 'RUNNING'),
    },
  });
  const admin = (operation: string, input: object) =>
    cloud.call({ kind: 'root' }, 'states', operation, input) as Promise<unknown>;
  return {
    w,
    cloud,
    states,
    announced,
    types: () => all,
    admin,
    async start(machine, input = {}, name = `${machine}-1`) {
      await admin('StartExecution', {
        stateMachineArn: arns.get(machine),
        name,
        input: JSON.stringify(input),
      });
      return states.executions.find((e) => e.name === name)!;
    },
    async end(execution) {
      const limit = cloud.clock.now() + 90 * 86_400_000;
      await cloud.clock.advanceUntil(() => execution.status !== 'RUNNING', limit);
      return execution;
    },
    minutes: (n) => cloud.clock.advanceTo(cloud.clock.now() + n * 60_000),
    breakFunction: (name, error) => broken.set(name, error),
  };
}
