import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../contracts/errors.ts';
import { DOMAIN_EVENT_TYPES } from '../../contracts/events.ts';
import { registryInput, releaseInput, rollbackInput } from '../../contracts/steps.ts';
import { load, MACHINES, type Machine, type State, SUBSTITUTIONS, targets, text } from './load.ts';

type Validator = (definition: object) => { isValid: boolean; errorsText(): string };
const validate: Validator = createRequire(import.meta.url)('asl-validator');

/** AWS's own error names, with where each is documented. */
const AWS_ERRORS: Readonly<Record<string, string>> = {
  'States.ALL': 'Step Functions developer guide, "Handling errors": matches every error that can be caught',
  'States.Timeout': 'the same: a Task ran longer than TimeoutSeconds',
  // Step Functions developer guide, "Best practices": transient Lambda service errors.
  'Lambda.ServiceException': 'Lambda 500',
  'Lambda.AWSLambdaException': 'Lambda, as the older SDK names it',
  'Lambda.SdkClientException': 'the connection to Lambda',
  'Lambda.TooManyRequestsException': 'Lambda API reference, Invoke: throttled',
  'Lambda.ClientExecutionTimeoutException': 'Best practices: the SDK gave up on Lambda',
  'Sandbox.Timedout': 'Lambda: the function ran into its time-out',
  'Runtime.ExitError': 'Lambda: the process of the function died; every action may be repeated',
  // "Call Amazon EventBridge with Step Functions": an entry was not taken; the rest are its SDK's.
  'EventBridge.FailedEntry': 'PutEvents did not take an entry',
  'EventBridge.InternalException': 'EventBridge API reference, PutEvents',
  'EventBridge.AmazonEventBridgeException': 'EventBridge, as the older SDK names what it does not know',
  'EventBridge.EventBridgeException': 'EventBridge, as the SDK names what it does not know',
  'EventBridge.SdkClientException': 'the connection to EventBridge',
  'StepFunctions.ExecutionAlreadyExistsException': 'Step Functions API reference, StartExecution',
  'StepFunctions.SfnException': 'Step Functions, as the SDK names what it does not know',
  'StepFunctions.AWSStepFunctionsException': 'the same, as the older SDK names it',
  'StepFunctions.SdkClientException': 'the connection to Step Functions',
  'StepFunctions.ThrottlingException': 'Step Functions quotas, StartExecution bucket',
  'Sfn.SfnException': 'the same by the SDK integration, whose prefix is the client',
  'Sfn.SdkClientException': 'the same',
  'Sfn.ThrottlingException': 'the same',
  'SageMaker.AmazonSageMakerException': 'SageMaker 400 and 500 that have no type, throttling included',
  'SageMaker.SdkClientException': 'the connection to SageMaker',
  'SageMaker.ThrottlingException': 'SageMaker common errors',
  'SageMaker.SageMakerException': 'the same by the SDK integration, whose exception is named otherwise',
  ThrottlingException: 'common errors of AWS JSON services, thrown through a function by the SDK',
  // Names that the SDK for JavaScript gives to errors thrown through a function.
  TooManyRequestsException: 'Lambda API reference, Invoke',
  ServiceException: 'Lambda API reference, all operations: 500',
  InternalServerError: 'DynamoDB API reference, common errors: 500',
  ServiceUnavailableException: 'CloudWatch Logs API reference, FilterLogEvents',
  TimeoutError: '@smithy/node-http-handler: no answer in time',
  ResourceConflictException: 'Lambda API reference, UpdateFunctionConfiguration: an update is in progress',
  PreconditionFailedException: 'Lambda API reference, UpdateAlias: the RevisionId is not the latest',
  SlowDown: 'S3 API reference, error responses: 503',
  ServiceUnavailable: 'the same: 503; common errors of AWS query services',
  InternalError: 'the same: 500',
  InternalException: 'EventBridge API reference, PutEvents: 500',
  InternalServiceFault: 'CloudWatch API reference, GetMetricData: 500',
  ProvisionedThroughputExceededException: 'DynamoDB API reference, error handling',
  RequestLimitExceeded: 'the same: the throughput of the account',
  TransactionInProgressException: 'DynamoDB API reference, TransactWriteItems: the first attempt still runs',
};

const statesOf = (m: Machine) => Object.entries(m.States);
const tasksOf = (m: Machine) => statesOf(m).filter(([, s]) => s.Type === 'Task');
const mapsOf = (m: Machine) =>
  statesOf(m).flatMap(([id, s]) => (s.ItemProcessor ? [{ id, s, inner: s.ItemProcessor }] : []));
/** Those of Maps too. */
const everyTaskOf = (m: Machine) => [...tasksOf(m), ...mapsOf(m).flatMap(({ inner }) => tasksOf(inner))];

/** Tasks and states that make sure that somebody hears of the end. */
const announces = (s: State): boolean =>
  (s.Arguments?.Entries ?? []).length > 0 ||
  // Functions announce these themselves: start of a rollback, failure, promotion, registration, roll-back.
  ['finish-run', 'abandon', 'promote', 'register', 'compare', 'finish'].includes(
    s.Arguments?.Payload?.action ?? '',
  ) ||
  (s.Resource ?? '').endsWith('states:startExecution');

describe.each(MACHINES)('the %s machine', (name) => {
  const machine = load(name);

  it('is valid for asl-validator', () => {
    const verdict = validate(machine);
    expect(verdict.isValid, verdict.errorsText()).toBe(true);
  });

  it('names only errors that a handler throws or that AWS documents', () => {
    const named = everyTaskOf(machine).flatMap(([, s]) =>
      [...(s.Retry ?? []), ...(s.Catch ?? [])].flatMap((r) => r.ErrorEquals),
    );
    const unknown = named.filter((n) => !(n in ERRORS) && !(n in AWS_ERRORS));
    expect(named.length).toBeGreaterThan(0);
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('gives every Task a time-out, retries and a catch of everything', () => {
    for (const [id, task] of tasksOf(machine)) {
      expect(task.TimeoutSeconds, `${id} has no time-out`).toBeDefined();
      expect(task.Retry?.length, `${id} has no retries`).toBeGreaterThan(0);
      expect(task.Catch?.at(-1)?.ErrorEquals, `${id} does not catch everything`).toEqual(['States.ALL']);
    }
    // What fails in a Map fails the Map, which catches it.
    for (const { id, s, inner } of mapsOf(machine)) {
      expect(s.Catch?.at(-1)?.ErrorEquals, `${id} does not catch everything`).toEqual(['States.ALL']);
      for (const [innerId, task] of tasksOf(inner)) {
        expect(task.TimeoutSeconds, `${innerId} has no time-out`).toBeDefined();
        expect(task.Retry?.length, `${innerId} has no retries`).toBeGreaterThan(0);
      }
    }
  });

  it('has States.ALL alone and last wherever it stands', () => {
    for (const [id, task] of tasksOf(machine))
      for (const list of [task.Retry ?? [], task.Catch ?? []])
        list.forEach(({ ErrorEquals }, i) => {
          if (!ErrorEquals.includes('States.ALL')) return;
          expect(ErrorEquals, id).toEqual(['States.ALL']);
          expect(i, id).toBe(list.length - 1);
        });
  });

  it('reaches every state, and leads nowhere that does not exist', () => {
    const reached = new Set<string>();
    const visit = (id: string): void => {
      if (reached.has(id)) return;
      reached.add(id);
      expect(machine.States[id], `${id} does not exist`).toBeDefined();
      targets(machine.States[id]!).forEach(visit);
    };
    visit(machine.StartAt);
    expect([...reached].sort()).toEqual(Object.keys(machine.States).sort());
  });

  it('ends nowhere before something was announced', () => {
    const silent = new Set<string>();
    const visit = (id: string): void => {
      const state = machine.States[id]!;
      if (silent.has(id)) return;
      silent.add(id);
      // What an announcing Task leads to is announced, unless it failed; then its catch goes on looking.
      const onward = announces(state) ? (state.Catch ?? []).map((c) => c.Next) : targets(state);
      onward.forEach(visit);
    };
    visit(machine.StartAt);
    const ends = [...silent].filter((id) => targets(machine.States[id]!).length === 0);
    // A rollback that is ignored is announced by the function that decides so. A failure ends unannounced only when
    // the function that announces it and then the bus itself refused, both after retries.
    const allowed = ['Failed', ...(name === 'rollback' ? ['Ignored'] : [])];
    expect(ends.filter((e) => !allowed.includes(e))).toEqual([]);
    for (const [id, state] of statesOf(machine))
      for (const t of targets(state))
        if (t === 'Failed') expect(announces(state), `${id} fails unannounced`).toBe(true);
  });

  it('announces only events of the contract, with model and time', () => {
    const entries = tasksOf(machine).flatMap(([, s]) => s.Arguments?.Entries ?? []);
    expect(entries.length).toBeGreaterThan(0);
    for (const e of entries) {
      expect(DOMAIN_EVENT_TYPES).toContain(e.DetailType);
      expect(e.Detail).toMatchObject({ model: 'fraud', at: expect.any(String) });
    }
  });

  it('says to the functions only what their contracts know', () => {
    const known = [registryInput, releaseInput, rollbackInput].flatMap((u) =>
      u.options.map((o) => [o.shape.action.value, Object.keys(o.shape).sort()] as const),
    );
    const ours = { retrain: 'Registry', release: 'Release', rollback: 'Rollback' }[name];
    for (const [id, task] of tasksOf(machine)) {
      const { Payload, FunctionName } = (task.Arguments ?? {}) as {
        Payload?: Record<string, unknown>;
        FunctionName?: string;
      };
      if (!Payload || FunctionName !== SUBSTITUTIONS[`${ours}Function`]) continue;
      const fields = known.filter(([action]) => action === Payload['action']).map(([, f]) => f);
      expect(fields, id).toContainEqual(Object.keys(Payload).sort());
    }
  });

  it('stays far below the size that Step Functions takes', () => {
    expect(Buffer.byteLength(text(name))).toBeLessThan(200_000);
  });
});

describe('the state machines together', () => {
  it('need exactly the substitutions that are agreed', () => {
    const used = MACHINES.flatMap((m) => [...text(m).matchAll(/\$\{(\w+)\}/g)].map((x) => x[1]!));
    expect([...new Set(used)].sort()).toEqual(Object.keys(SUBSTITUTIONS).sort());
  });

  it('give a rollback three minutes, retries included', () => {
    expect(load('rollback').TimeoutSeconds).toBe(180);
  });
});
