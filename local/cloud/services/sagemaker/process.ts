import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ProcessResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It ran longer than the wall-clock guard and was killed. */
  readonly hung: boolean;
  /** Last lines on stderr, for messages. */
  readonly errors: string;
}

export interface RunningProcess {
  readonly ended: Promise<ProcessResult>;
  /** SIGTERM, as SageMaker sends before it takes an instance away. */
  terminate(): void;
}

/**
 * Runs the training program on a folder in the layout of /opt/ml.
 * @param wallSeconds real seconds after which a process counts as hung
 */
export function startTraining(
  command: readonly string[],
  root: string,
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  wallSeconds: number,
): RunningProcess {
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...environment, COALMINE_ML_ROOT: root, AWS_EC2_METADATA_DISABLED: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', onLine);
  createInterface({ input: child.stderr }).on('line', (line) => {
    errors.push(line);
    if (errors.length > 20) errors.shift();
    onLine(line);
  });
  let hung = false;
  const guard = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, wallSeconds * 1000);
  const ended = new Promise<ProcessResult>((resolve, reject) => {
    child.on('error', reject);
    // `close` comes after the pipes are drained: every line has been read.
    child.on('close', (code, signal) => resolve({ code, signal, hung, errors: errors.join('\n') }));
  }).finally(() => clearTimeout(guard));
  return { ended, terminate: () => child.kill('SIGTERM') };
}
