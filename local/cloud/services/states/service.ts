import type { Service } from '../../types.ts';
import type { Execution } from './execution.ts';
import type { Transition } from './runtime.ts';

/** Step Functions, as other services of this cloud and the rehearsal know it. */
export interface StatesService extends Service {
  /** Resolves when the execution has ended, however it did. @throws AwsError ExecutionDoesNotExist */
  ended(executionArn: string): Promise<void>;
  /** Hears every step of every execution. Returns the way to stop hearing. */
  onTransition(listener: (transition: Transition) => void): () => void;
  /** Executions of this cloud, oldest first. */
  readonly executions: readonly Execution[];
}
