import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError, type Cloud } from '../../types.ts';
import { arnOf } from '../common.ts';
import type { LogsService } from '../internal.ts';
import type { Concurrency } from './concurrency.ts';
import type { Ended, Environment } from './environment.ts';
import { processEnvironment, variablesOf } from './environment-variables.ts';
import type { Faults, Struck } from './faults.ts';
import type { Fleet } from './fleet.ts';
import { drawLatency } from './latency.ts';
import { qualifiedArn } from './names.ts';
import { type Answer, answerOf, PAYLOAD_LIMIT_BYTES, without } from './outcome.ts';
import type { Target } from './records.ts';
import type { Streams } from './streams.ts';
import { platformLog, recordFigures } from './telemetry.ts';

/** Where an environment's lines go; no stream if its role may not write logs: Lambda then loses them. */
interface LogPlace {
  readonly stream: string;
  readonly allowed: boolean;
}

export interface Invocation extends Answer {
  readonly requestId: string;
  readonly version: string;
  readonly lines: readonly string[];
  /** Milliseconds as the handler would have measured them. */
  readonly durationMs: number;
}

export interface InvokerParts {
  readonly cloud: Cloud;
  readonly fleet: Fleet;
  readonly faults: Faults;
  readonly concurrency: Concurrency;
  readonly streams: Streams;
}

/** Runs invocations: limits, environments, faults, logs and metrics. */
export class Invoker {
  readonly #cloud: Cloud;
  readonly #fleet: Fleet;
  readonly #faults: Faults;
  readonly #concurrency: Concurrency;
  readonly #places = new WeakMap<Environment, LogPlace>();
  readonly #streams: Streams;
  #environments = 0;

  constructor(parts: InvokerParts) {
    this.#cloud = parts.cloud;
    this.#fleet = parts.fleet;
    this.#faults = parts.faults;
    this.#concurrency = parts.concurrency;
    this.#streams = parts.streams;
  }

  /** @throws AwsError TooManyRequestsException, RequestTooLargeException, InvalidRequestContentException */
  async invoke(target: Target, payload: Buffer, clientContext?: string): Promise<Invocation> {
    checkPayload(payload);
    const { fn } = target;
    try {
      this.#concurrency.enter(fn);
    } catch (error) {
      recordFigures(this.#cloud, target, [{ name: 'Throttles', value: 1, unit: 'Count' }]);
      throw error;
    }
    const inFlight = this.#concurrency.of(fn);
    try {
      const invocation = await this.#run(target, payload, clientContext);
      recordFigures(this.#cloud, target, [
        { name: 'Invocations', value: 1, unit: 'Count' },
        { name: 'Errors', value: invocation.failed ? 1 : 0, unit: 'Count' },
        { name: 'Duration', value: invocation.durationMs, unit: 'Milliseconds' },
        { name: 'ConcurrentExecutions', value: inFlight, unit: 'Count' },
      ]);
      return invocation;
    } finally {
      this.#concurrency.leave(fn);
    }
  }

  async #run(target: Target, payload: Buffer, clientContext: string | undefined): Promise<Invocation> {
    const { fn, version } = target;
    const { config } = version;
    const requestId = this.#streams.of(fn.name, 'requests').uuid();
    const timeoutMs = config.timeout * 1000;
    const struck = this.#faults.strike(fn.name, variablesOf(fn, version), () =>
      this.#streams.of(fn.name, 'faults').next(),
    );
    const key = `${fn.name}:${version.version}:${version.revisionId}`;
    let place: LogPlace | undefined;
    const acquired = await this.#fleet.acquire(key, timeoutMs, () => {
      place = this.#place(target);
      return this.#options(target, place);
    });
    if ('failed' in acquired) {
      const { failed } = acquired;
      return this.#finish(target, requestId, failed, { durationMs: 0, initMs: undefined }, place);
    }
    const { environment, initMs } = acquired;
    if (place) this.#places.set(environment, place);
    const began = performance.now();
    const ended = await this.#work(environment, struck, timeoutMs, {
      requestId,
      payload,
      arn: qualifiedArn(fn.arn, target.qualifier),
      now: this.#cloud.clock.now(),
      timeoutMs,
      traceId: `Root=1-${this.#traceTime()}-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      clientContext,
      slowMs: struck.slowMs + drawLatency(this.#streams.of(fn.name, 'latency')),
      fault: struck.fault === 'hang' ? undefined : struck.fault,
    });
    this.#fleet.release(key, environment);
    const durationMs =
      ended.outcome.kind === 'timeout' ? timeoutMs : performance.now() - began + struck.slowMs;
    return this.#finish(target, requestId, ended, { durationMs, initMs }, this.#places.get(environment));
  }

  async #work(
    environment: Environment,
    struck: Struck,
    timeoutMs: number,
    work: Parameters<Environment['invoke']>[0],
  ): Promise<Ended> {
    // Of a hang that is a fault the end is known: it costs no real time.
    if (struck.fault === 'hang' || struck.slowMs >= timeoutMs) {
      await environment.kill();
      return without({ kind: 'timeout' });
    }
    const began = performance.now();
    const ended = await environment.invoke(work);
    if (struck.slowMs > 0 && performance.now() - began + struck.slowMs > timeoutMs) {
      await environment.kill();
      return { ...ended, outcome: { kind: 'timeout' } };
    }
    return ended;
  }

  #finish(
    target: Target,
    requestId: string,
    ended: Ended,
    took: { readonly durationMs: number; readonly initMs: number | undefined },
    place: LogPlace | undefined,
  ): Invocation {
    const { version, config } = target.version;
    const at = this.#cloud.clock.iso();
    const answer = answerOf(ended.outcome, requestId, config.timeout, at);
    const lines = platformLog(
      answer.note === undefined ? ended.lines : [...ended.lines, answer.note],
      {
        requestId,
        version,
        ...took,
        memoryMb: config.memorySize,
        rssBytes: ended.rssBytes,
        status: answer.status,
      },
      config.logging,
      at,
    );
    if (place?.allowed)
      this.#cloud.service<LogsService>('logs').ingest(config.logging.group, place.stream, lines);
    if (answer.failed)
      this.#cloud.trace(
        'lambda',
        `${target.fn.name}:${version} failed: ${answer.payload.toString().slice(0, 500)}`,
      );
    return { ...answer, requestId, version, lines, durationMs: took.durationMs };
  }

  #options({ fn, version }: Target, place: LogPlace): ConstructorParameters<typeof Environment>[0] {
    const cloud = this.#cloud;
    const { role, memorySize, codeRoot } = version.config;
    cloud.assume(role, 'lambda.amazonaws.com', fn.name, fn.arn);
    const tmp = join(cloud.dir, 'lambda', 'tmp', String(this.#environments++));
    mkdirSync(tmp, { recursive: true });
    return {
      env: processEnvironment(fn, version, {
        cloud,
        credentials: cloud.credentials(role, fn.name),
        logStream: place.stream,
        tmp,
      }),
      now: cloud.clock.now(),
      memoryMb: memorySize,
      crashAtInit: this.#faults.crashesAtInit(fn.name, variablesOf(fn, version)),
      cwd: codeRoot,
    };
  }

  #place({ fn, version }: Target): LogPlace {
    const { role, logging } = version.config;
    const day = this.#cloud.clock.iso().slice(0, 10).replaceAll('-', '/');
    const own = logging.group === `/aws/lambda/${fn.name}`;
    const stream = `${day}/${own ? '' : fn.name}[${version.version}]${this.#streams.of(fn.name, 'environments').hex(32)}`;
    const resource = arnOf(this.#cloud, 'logs', `log-group:${logging.group}:log-stream:${stream}`);
    try {
      this.#cloud.authorize({ kind: 'role', roleArn: role, session: fn.name }, [
        { action: 'logs:CreateLogStream', resource },
        { action: 'logs:PutLogEvents', resource },
      ]);
      return { stream, allowed: true };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#cloud.trace('lambda', `the log of ${fn.name} is lost: ${error.message}`);
      return { stream, allowed: false };
    }
  }

  /** Seconds since 1970 in hex, as X-Ray writes the start of a trace id. */
  #traceTime(): string {
    return Math.floor(this.#cloud.clock.now() / 1000).toString(16);
  }
}

function checkPayload(payload: Buffer): void {
  if (payload.length > PAYLOAD_LIMIT_BYTES)
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation`,
      413,
      { Type: 'User' },
    );
  try {
    JSON.parse(payload.toString());
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      { Type: 'User' },
    );
  }
}
