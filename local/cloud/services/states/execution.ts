import { setMaxListeners } from 'node:events';
import type { Caller, Cloud } from '../../types.ts';
import { arnOf } from '../common.ts';
import { announce, logLines, metric } from './announce.ts';
import { Halted } from './errors.ts';
import type { Expressions } from './expression.ts';
import { asStateError, runBranch } from './interpreter.ts';
import type { StateMachine } from './machine.ts';
import type { HistoryEvent, Runtime, Transition } from './runtime.ts';
import type { Callback, Tokens } from './tokens.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
const METRIC: Readonly<Record<Exclude<Status, 'RUNNING'>, string>> = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** What executions share with the service that owns them. */
export interface Host {
  readonly cloud: Cloud;
  readonly expressions: Expressions;
  readonly tokens: Tokens;
  heard(transition: Transition): void;
}

/** One execution: its state, history and end. */
export class Execution implements Runtime {
  readonly cloud: Cloud;
  readonly expressions: Expressions;
  readonly caller: Caller;
  readonly roleArn: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly machine: StateMachine;
  /** JSON text. */
  readonly input: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly history: HistoryEvent[] = [];
  readonly ended: Promise<void>;
  status: Status = 'RUNNING';
  stoppedAt: number | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  readonly #host: Host;
  readonly #controller = new AbortController();
  #end: () => void = () => {};

  constructor(host: Host, machine: StateMachine, name: string, input: string) {
    this.#host = host;
    this.cloud = host.cloud;
    this.expressions = host.expressions;
    this.machine = machine;
    this.name = name;
    this.input = input;
    this.stateMachineArn = machine.arn;
    this.executionArn = arnOf(host.cloud, 'states', `execution:${machine.name}:${name}`);
    this.roleArn = machine.roleArn;
    this.caller = host.cloud.assume(machine.roleArn, 'states.amazonaws.com', name.slice(0, 64), machine.arn);
    this.startedAt = host.cloud.clock.now();
    this.context = {
      Execution: {
        Id: this.executionArn,
        Input: JSON.parse(input),
        Name: name,
        RoleArn: machine.roleArn,
        StartTime: host.cloud.clock.iso(),
        RedriveCount: 0,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    };
    setMaxListeners(0, this.#controller.signal);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Begins to run, as work of its own on the clock. */
  start(): void {
    const { clock } = this.cloud;
    this.record('ExecutionStarted', undefined, {
      executionStartedEventDetails: { input: this.input, roleArn: this.roleArn },
    });
    this.#metric('ExecutionsStarted', 1, 'Count');
    this.#announce();
    const seconds = this.machine.definition.TimeoutSeconds;
    const timer =
      seconds === undefined
        ? undefined
        : clock.after(seconds * 1000, `time-out of ${this.name}`, () =>
            this.finish('TIMED_OUT', {
              error: 'States.Timeout',
              cause: `the execution ran longer than ${seconds} s`,
            }),
          );
    clock.spawn(`execution ${this.machine.name} ${this.name}`, async () => {
      try {
        const scope = { variables: {}, signal: this.#controller.signal };
        const output = await runBranch(this, this.machine.definition, JSON.parse(this.input), scope);
        this.finish('SUCCEEDED', { output: JSON.stringify(output) });
      } catch (e) {
        if (e instanceof Halted) return;
        const { error, cause } = asStateError(e);
        if (error === 'States.Runtime') this.cloud.trace('states', `${this.name}: ${cause}`);
        this.finish('FAILED', { error, cause });
      } finally {
        timer?.cancel();
      }
    });
  }

  /** Ends the execution, once; later ends are ignored, as what runs on is given up. */
  finish(status: Exclude<Status, 'RUNNING'>, end: { output?: string; error?: string; cause?: string }): void {
    if (this.status !== 'RUNNING') return;
    this.status = status;
    this.stoppedAt = this.cloud.clock.now();
    this.output = end.output;
    this.error = end.error;
    this.cause = end.cause;
    const type = `Execution${{ SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' }[status]}`;
    this.record(type, undefined, {
      [`${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`]: end,
    });
    this.#controller.abort(new Halted(`${this.name} ended as ${status}`));
    this.#metric(METRIC[status], 1, 'Count');
    this.#metric('ExecutionTime', this.stoppedAt - this.startedAt, 'Milliseconds');
    this.#announce();
    this.#end();
  }

  record(type: string, state: string | undefined, details: Record<string, unknown> = {}): void {
    // After its end an execution has no history: what was in flight comes to nothing.
    if (this.status !== 'RUNNING' && !type.startsWith('Execution')) return;
    const at = this.cloud.clock.now();
    const id = this.history.length + 1;
    const event: HistoryEvent = { id, previousEventId: id - 1, timestamp: at / 1000, type, ...details };
    this.history.push(event);
    const { machine, executionArn } = this;
    this.#host.heard({
      at,
      machine: machine.name,
      execution: this.name,
      executionArn,
      type,
      state,
      details,
    });
    this.#log(event);
  }

  token(): Callback {
    return this.#host.tokens.create(this.cloud.random);
  }
  forget(token: string): void {
    this.#host.tokens.forget(token);
  }

  #log(event: HistoryEvent): void {
    const logging = this.machine.logging;
    const failure = /Failed|TimedOut|Aborted/.test(event.type);
    if (!logging || (logging.level === 'ERROR' && !failure)) return;
    if (logging.level === 'FATAL' && !(failure && event.type.startsWith('Execution'))) return;
    const { id, previousEventId, type, timestamp, ...details } = event;
    const body = logging.data ? { details } : {};
    const line = {
      id: String(id),
      type,
      previous_event_id: String(previousEventId),
      event_timestamp: String(Math.round(timestamp * 1000)),
      execution_arn: this.executionArn,
      ...body,
    };
    const day = this.cloud.clock.iso().slice(0, 10);
    logLines(this.cloud, logging.group, `states/${this.machine.name}/${day}`, [JSON.stringify(line)]);
  }

  #metric(name: string, value: number, unit: string): void {
    metric(this.cloud, 'AWS/States', name, { StateMachineArn: this.stateMachineArn }, value, unit);
  }

  #announce(): void {
    announce(this.cloud, {
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      resources: [this.executionArn],
      detail: {
        executionArn: this.executionArn,
        stateMachineArn: this.stateMachineArn,
        name: this.name,
        status: this.status,
        startDate: this.startedAt,
        stopDate: this.stoppedAt ?? null,
        input: this.input,
        output: this.output ?? null,
        error: this.error ?? null,
        cause: this.cause ?? null,
      },
    });
  }
}
