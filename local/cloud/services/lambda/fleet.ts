import { type Ended, Environment, type EnvironmentOptions, INIT_LIMIT_MS } from './environment.ts';

/** An environment that is ready, or how its init failed. */
export type Acquired =
  | {
      readonly environment: Environment;
      /** Real milliseconds that init took; undefined for a warm environment. */
      readonly initMs: number | undefined;
    }
  | { readonly failed: Ended };

interface Pool {
  readonly idle: Environment[];
  /** Environments that exist or are being started. */
  size: number;
  readonly queue: (() => void)[];
}

export interface FleetLimits {
  /**
   * Processes of one version at most: more requests at once wait for one of them, in real time only. This is the
   * machine's limit, not Lambda's, which is counted by requests in flight.
   */
  readonly perVersion: number;
  /** Idle processes kept in all; the longest idle ends first. */
  readonly idle: number;
  /** MB that idle processes may hold in all; the largest ends first. */
  readonly idleMb: number;
}
/** Enough for every function of two models and a canary to stay warm on a laptop. */
export const DEFAULT_LIMITS: FleetLimits = { perVersion: 4, idle: 16, idleMb: 1536 };

/** The execution environments of all functions: warm ones are used again, last in first out, as Lambda does. */
export class Fleet {
  readonly #pools = new Map<string, Pool>();
  /** Idle environments of all pools, longest idle first. */
  readonly #idle = new Set<{ readonly pool: Pool; readonly environment: Environment }>();
  readonly #all = new Set<Environment>();
  readonly #limits: FleetLimits;
  readonly #onExit = () => {
    for (const { pid } of this.#all) if (pid) tryKill(pid);
  };

  constructor(limits: FleetLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    process.on('exit', this.#onExit);
  }

  /** Processes that are alive. */
  get size(): number {
    return this.#all.size;
  }

  /** @param key function version and revision: environments of different keys never mix */
  async acquire(key: string, timeoutMs: number, options: () => EnvironmentOptions): Promise<Acquired> {
    const pool = this.#pool(key);
    for (;;) {
      const environment = this.#takeIdle(pool);
      if (environment) return { environment, initMs: undefined };
      if (pool.size < this.#limits.perVersion) return await this.#start(pool, timeoutMs, options());
      await new Promise<void>((resolve) => pool.queue.push(resolve));
    }
  }

  /** Gives an environment back after an invocation. */
  release(key: string, environment: Environment): void {
    const pool = this.#pool(key);
    if (environment.alive) {
      pool.idle.push(environment);
      this.#idle.add({ pool, environment });
      this.#trim();
    } else {
      pool.size--;
      this.#all.delete(environment);
    }
    pool.queue.shift()?.();
  }

  /** Ends the idle environments of a version whose configuration has changed. */
  retire(key: string): void {
    for (const entry of this.#idle) if (entry.pool === this.#pools.get(key)) this.#drop(entry);
  }

  async stop(): Promise<void> {
    process.off('exit', this.#onExit);
    await Promise.all([...this.#all].map((e) => e.kill()));
    this.#all.clear();
    this.#idle.clear();
    this.#pools.clear();
  }

  #pool(key: string): Pool {
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = { idle: [], size: 0, queue: [] };
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #takeIdle(pool: Pool): Environment | undefined {
    for (;;) {
      const environment = pool.idle.pop();
      if (!environment) return undefined;
      for (const entry of this.#idle) if (entry.environment === environment) this.#idle.delete(entry);
      if (environment.alive) return environment;
      pool.size--;
      this.#all.delete(environment);
    }
  }

  async #start(pool: Pool, timeoutMs: number, options: EnvironmentOptions): Promise<Acquired> {
    pool.size++;
    const environment = new Environment(options);
    this.#all.add(environment);
    const began = performance.now();
    // Lambda repeats an init that took too long inside the invocation, under the function's own time-out.
    const failed = await environment.start(INIT_LIMIT_MS + timeoutMs);
    if (failed) {
      pool.size--;
      this.#all.delete(environment);
      pool.queue.shift()?.();
      return { failed };
    }
    return { environment, initMs: performance.now() - began };
  }

  #trim(): void {
    const [oldest] = this.#idle;
    if (this.#idle.size > this.#limits.idle && oldest) this.#drop(oldest);
    for (;;) {
      const all = [...this.#idle];
      const bytes = all.reduce((n, { environment }) => n + environment.rssBytes, 0);
      if (bytes <= this.#limits.idleMb * 2 ** 20) return;
      this.#drop(all.reduce((a, b) => (b.environment.rssBytes > a.environment.rssBytes ? b : a)));
    }
  }

  #drop(entry: { readonly pool: Pool; readonly environment: Environment }): void {
    this.#idle.delete(entry);
    entry.pool.idle.splice(entry.pool.idle.indexOf(entry.environment), 1);
    entry.pool.size--;
    this.#all.delete(entry.environment);
    void entry.environment.kill();
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
