/** Which environments a fault strikes: those of the function for which `match` holds (all, without it). */
export interface LambdaFault {
  readonly functionName: string;
  /** Sees the environment variables of the version, its number as AWS_LAMBDA_FUNCTION_VERSION among them. */
  readonly match?: (env: Readonly<Record<string, string>>) => boolean;
  /**
   * `slow`: the invocation takes `ms` longer, as the handler's own clock sees it, at no cost of real time.
   * `crash`: the process dies before the handler runs; `crash-late`: when all is done and the answer is not yet given;
   * `crash-at-init`: before it asks for work.
   * `error`: the invocation fails with `InjectedFault`. `hang`: it never answers and times out.
   */
  readonly kind: 'slow' | 'crash' | 'crash-late' | 'crash-at-init' | 'error' | 'hang';
  /** Milliseconds, for `slow`. */
  readonly ms?: number;
  /** Share of invocations that it strikes, 0 to 1; all by default. */
  readonly rate?: number;
  /** Only so many invocations, then the fault is over; not for `crash-at-init`. */
  readonly times?: number;
}

/** What strikes one invocation. */
export interface Struck {
  readonly slowMs: number;
  readonly fault: 'crash' | 'crash-late' | 'error' | 'hang' | undefined;
}

/** The faults that are in force. */
export class Faults {
  readonly #faults = new Map<LambdaFault, { left: number }>();

  /** Returns the way to end the fault. */
  inject(fault: LambdaFault): () => void {
    this.#faults.set(fault, { left: fault.times ?? Number.POSITIVE_INFINITY });
    return () => this.#faults.delete(fault);
  }

  /**
   * @param roll uniform in [0, 1); drawn only for faults with a rate, so that runs without faults do not change
   */
  strike(functionName: string, env: Readonly<Record<string, string>>, roll: () => number): Struck {
    let slowMs = 0;
    let fault: Struck['fault'];
    for (const f of this.#of(functionName, env)) {
      if (f.kind === 'crash-at-init') continue;
      if (f.rate !== undefined && roll() >= f.rate) continue;
      this.#count(f);
      if (f.kind === 'slow') slowMs += f.ms ?? 0;
      else fault ??= f.kind;
    }
    return { slowMs, fault };
  }

  crashesAtInit(functionName: string, env: Readonly<Record<string, string>>): boolean {
    return this.#of(functionName, env).some((f) => f.kind === 'crash-at-init');
  }

  #count(fault: LambdaFault): void {
    const state = this.#faults.get(fault);
    if (state && --state.left <= 0) this.#faults.delete(fault);
  }

  #of(functionName: string, env: Readonly<Record<string, string>>): LambdaFault[] {
    if (this.#faults.size === 0) return [];
    return [...this.#faults.keys()].filter(
      (f) => f.functionName === functionName && (f.match?.(env) ?? true),
    );
  }
}
