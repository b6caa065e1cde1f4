import type { ServiceEvent } from '../../../local/cloud/services/internal.ts';
import { createStates, type Execution } from '../../../local/cloud/services/states/index.ts';
import type { Service } from '../../../local/cloud/types.ts';
import { type FakeCloud, fakeCloud, fakeService, MORNING } from '../fake-cloud.ts';

export type Functions = Record<string, (payload: never) => unknown>;

/** A function's failure as its runtime reports it. */
export class FunctionFailure extends Error {
  readonly errorType: string;
  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** Lambda with functions by name, as the `Invoke` operation answers. */
export function fakeLambda(functions: Functions): Service {
  return fakeService('lambda', {
    Invoke: async (input: { FunctionName: string; Payload: Uint8Array }) => {
      const run = functions[input.FunctionName.split(':').at(-1)!];
      if (!run) throw new Error(`no function ${input.FunctionName}`);
      const payload = JSON.parse(Buffer.from(input.Payload).toString()) as never;
      try {
        const answer = await run(payload);
        return {
          StatusCode: 200,
          ExecutedVersion: '$LATEST',
          Payload: Buffer.from(JSON.stringify(answer ?? null)),
        };
      } catch (e) {
        if (!(e instanceof FunctionFailure)) throw e;
        const body = { errorType: e.errorType, errorMessage: e.message };
        return { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(body)) };
      }
    },
  });
}

export const ROLE = 'arn:aws:iam::123456789012:role/machine';
export const invoke = (name: string, payload: unknown = '{% $states.input %}') => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: payload },
});

export interface Laboratory {
  readonly cloud: FakeCloud;
  readonly events: ServiceEvent[];
  machine(definition: object, name?: string): Promise<string>;
  /** Starts and runs to the end, or to `until` (ISO 8601). */
  run(definition: object, input?: unknown, until?: string): Promise<Execution>;
}

/** Step Functions with fake functions around it. */
export function laboratory(functions: Functions = {}, services: readonly Service[] = []): Laboratory {
  const events: ServiceEvent[] = [];
  const states = createStates();
  const bus = fakeService(
    'events',
    { PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }) },
    { emit: (e: ServiceEvent) => events.push(e) },
  );
  const own = new Set(services.map((s) => s.name));
  const cloud = fakeCloud(
    [...services, ...[states, bus, fakeLambda(functions)].filter((s) => !own.has(s.name))],
    MORNING,
  );
  const machine = async (definition: object, name = 'Machine') => {
    const DefinitionString = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
    return (await cloud.create('AWS::StepFunctions::StateMachine', { DefinitionString, RoleArn: ROLE }, name))
      .ref;
  };
  return {
    cloud,
    events,
    machine,
    async run(definition, input = {}, until = '2026-12-16T08:00:00Z') {
      const stateMachineArn = await machine(definition);
      await cloud.call({ kind: 'root' }, 'states', 'StartExecution', {
        stateMachineArn,
        name: 'run',
        input: JSON.stringify(input),
      });
      const execution = states.executions.at(-1)!;
      await cloud.clock.advanceUntil(() => execution.status !== 'RUNNING', Date.parse(until));
      return execution;
    },
  };
}
