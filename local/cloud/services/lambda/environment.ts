import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LineReader } from './lines.ts';
import { howEnded } from './outcome.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap/main.mjs', import.meta.url));
const API = '/2018-06-01/runtime';
/** Init longer than this is a time-out: Lambda's own limit of the init phase. */
export const INIT_LIMIT_MS = 10_000;

export interface EnvironmentOptions {
  /** Environment variables of the process, and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Virtual epoch milliseconds at which init happens. */
  readonly now: number;
  readonly memoryMb: number;
  readonly crashAtInit: boolean;
  readonly cwd: string;
}

export interface Work {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly arn: string;
  /** Virtual epoch milliseconds. */
  readonly now: number;
  /** Real milliseconds until the environment is killed. */
  readonly timeoutMs: number;
  readonly traceId: string;
  readonly clientContext?: string | undefined;
  /** Milliseconds of a `slow` fault. */
  readonly slowMs: number;
  readonly fault?: 'crash' | 'crash-late' | 'error' | undefined;
}

/** How an invocation ended; after `exit` and `timeout` the environment is dead. */
export type Outcome =
  | { readonly kind: 'response'; readonly payload: Buffer }
  | { readonly kind: 'error'; readonly payload: Buffer }
  | { readonly kind: 'exit'; readonly how: string }
  | { readonly kind: 'timeout' };
export interface Ended {
  readonly outcome: Outcome;
  readonly lines: readonly string[];
  /** Resident memory as the environment reported it; 0 if it could not. */
  readonly rssBytes: number;
}

interface Running extends Work {
  readonly done: (outcome: Outcome) => void;
  outcome?: Outcome;
}

/**
 * One execution environment: a Node process behind a Lambda Runtime API of its own, one invocation at a time. It ends
 * when it crashes, times out or is killed, and with this process: its standard input closes.
 */
export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #server: Server;
  readonly #reader = new LineReader();
  #child: ChildProcess | undefined;
  #waiting: ServerResponse | undefined;
  #running: Running | undefined;
  #sent = false;
  #ready: ((failure: Outcome | undefined) => void) | undefined;
  #exit: Promise<string> | undefined;
  /** Whether it can take another invocation. */
  alive = true;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#server = createServer((req, res) => this.#serve(req, res));
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 0;
  }

  /** Resident memory as the process told it last; 0 before its first invocation has ended. */
  get rssBytes(): number {
    return this.#reader.rssBytes;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process and waits until it asks for work. Undefined, or how init failed. */
  async start(limitMs: number): Promise<Ended | undefined> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#server.unref();
    const failed = await this.#init(limitMs);
    if (!failed) return undefined;
    await this.#end();
    return { outcome: failed, lines: this.#reader.take(), rssBytes: 0 };
  }

  #init(limitMs: number): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#ready?.({ kind: 'timeout' }), limitMs);
      this.#ready = (failure) => {
        clearTimeout(timer);
        this.#ready = undefined;
        resolve(failure);
      };
      this.#spawn();
    });
  }

  #spawn(): void {
    const { env, now, memoryMb, crashAtInit, cwd } = this.#options;
    const { port } = this.#server.address() as AddressInfo;
    const args = [
      `--max-old-space-size=${memoryMb}`,
      BOOTSTRAP,
      String(now),
      ...(crashAtInit ? ['crash'] : []),
    ];
    // The shell joins stderr to stdout, so that lines of both keep their order, and becomes the process.
    const child = spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, ...args], {
      env: { ...env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` },
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd,
    });
    this.#child = child;
    this.#reader.read(child.stdout);
    this.#exit = new Promise((resolve) => {
      child.once('error', (e) => resolve(`error: ${e.message}`));
      child.once('close', (code, signal) => resolve(howEnded(code, signal)));
    });
    void this.#exit.then((how) => {
      this.alive = false;
      this.#ready?.({ kind: 'exit', how });
      this.#settle(this.#running?.outcome ?? { kind: 'exit', how });
      this.#server.close();
    });
  }

  /** Runs one invocation. Call it only when the last has ended. */
  async invoke(work: Work): Promise<Ended> {
    const outcome = await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => this.#settle({ kind: 'timeout' }), work.timeoutMs);
      this.#running = {
        ...work,
        done: (o) => {
          clearTimeout(timer);
          resolve(o);
        },
      };
      this.#sent = false;
      if (!this.alive) this.#settle({ kind: 'exit', how: 'the environment had ended' });
      else if (this.#waiting) this.#send(this.#waiting);
    });
    if (outcome.kind === 'timeout' || outcome.kind === 'exit') await this.#end();
    return { outcome, lines: this.#reader.take(), rssBytes: this.#reader.rssBytes };
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    await this.#end();
  }

  async #end(): Promise<void> {
    this.alive = false;
    this.#child?.kill('SIGKILL');
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#exit;
  }

  #settle(outcome: Outcome): void {
    const running = this.#running;
    this.#running = undefined;
    running?.done(outcome);
  }

  #send(res: ServerResponse): void {
    const work = this.#running!;
    this.#waiting = undefined;
    this.#sent = true;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'content-length': String(work.payload.length),
      'lambda-runtime-aws-request-id': work.requestId,
      'lambda-runtime-deadline-ms': String(work.now + work.timeoutMs),
      'lambda-runtime-invoked-function-arn': work.arn,
      'lambda-runtime-trace-id': work.traceId,
      'x-coalmine-now': String(work.now),
    };
    if (work.clientContext) headers['lambda-runtime-client-context'] = work.clientContext;
    if (work.slowMs > 0) headers['x-coalmine-slow'] = String(work.slowMs);
    if (work.fault) headers['x-coalmine-fault'] = work.fault;
    res.writeHead(200, headers).end(work.payload);
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const path = (req.url ?? '').slice(API.length);
    if (req.method === 'GET' && path === '/invocation/next') {
      this.#waiting = res;
      this.#ready?.(undefined);
      if (this.#running && !this.#sent) this.#send(res);
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (c: Buffer) => chunks.push(c));
    req.on('end', () => {
      res.writeHead(202, { 'content-length': '0' }).end();
      void this.#report(path, Buffer.concat(chunks));
    });
  }

  /** What the process says of its init or of an invocation; counts once everything it printed before has arrived. */
  async #report(path: string, payload: Buffer): Promise<void> {
    if (path === '/init/error') {
      this.#ready?.({ kind: 'error', payload });
      return;
    }
    const [, id, what] = path.match(/^\/invocation\/([^/]+)\/(response|error)$/) ?? [];
    const running = this.#running;
    if (!running || running.requestId !== id) return;
    const outcome: Outcome = { kind: what === 'response' ? 'response' : 'error', payload };
    running.outcome = outcome;
    await this.#reader.marked(id);
    if (this.#running === running) this.#settle(outcome);
  }
}
