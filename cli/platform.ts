import type { Stage } from '../contracts/names.ts';
import type { RegistryStore } from '../lambdas/registry/store.ts';

/** Reading one model's registry. */
export type Registry = Pick<
  RegistryStore,
  'pointers' | 'version' | 'versions' | 'runs' | 'events' | 'statusEvents' | 'budgets'
>;
export type MachineName = 'Retrain' | 'Release' | 'Rollback';
/** A state machine's execution. */
export interface Execution {
  readonly status: string;
  readonly output: unknown;
  readonly error: string | null;
  readonly cause: string | null;
}

/** One stage of the platform, as commands work with it. */
export interface Platform {
  readonly stage: Stage;
  readonly models: readonly string[];
  /** @throws CommandError when there is no such model */
  registry(model: string): Registry;
  /** A JSON object of the artifact bucket. */
  artifact(key: string, versionId: string): Promise<unknown>;
  /** Starts a state machine of a model; returns the execution's ARN. */
  start(model: string, machine: MachineName, input: object): Promise<string>;
  execution(arn: string): Promise<Execution>;
  /** ARN of who asks. */
  caller(): Promise<string>;
}

/** The terminal. */
export interface Terminal {
  /** Prints to standard output. */
  out(text: string): void;
  /** Prints to standard error. */
  note(text: string): void;
  /** Whether a person can answer. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  sleep(ms: number): Promise<void>;
}

/** What a command found: `data` for programs, `text` for people. */
export interface Answer {
  readonly data: unknown;
  readonly text: string;
}
