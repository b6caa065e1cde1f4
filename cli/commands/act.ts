import { CommandError, EXIT } from '../errors.ts';
import type { Answer, Execution, MachineName, Platform, Terminal } from '../platform.ts';
import { findRun, findVersion } from './find.ts';

/** Options that every command which changes something takes. */
export interface ActOptions {
  /** Goes on without asking. */
  readonly yes?: boolean;
  readonly reason?: string;
  /** Waits for the execution to end; its failure is exit code 5. */
  readonly wait?: boolean;
}
export interface Act {
  readonly model: string;
  readonly machine: MachineName;
  readonly input: Readonly<Record<string, unknown>>;
  /** What will happen, as a person is asked to confirm it. */
  readonly what: string;
}
/** Between two looks at an execution. */
const LOOK_MS = 2000;

/** Releases a version step by step. */
export async function release(
  platform: Platform,
  terminal: Terminal,
  model: string,
  text: string,
  options: ActOptions,
): Promise<Answer> {
  const { version, status } = await findVersion(platform.registry(model), model, text);
  const reason = options.reason ?? 'released by hand';
  return act(platform, terminal, options, {
    model,
    machine: 'Release',
    input: { version, by: await platform.caller(), reason },
    what: `release version ${version} (${status}) of ${model} to ${platform.stage}`,
  });
}

/** Brings the champion, or before it a running release, back. */
export async function rollback(
  platform: Platform,
  terminal: Terminal,
  model: string,
  options: ActOptions,
): Promise<Answer> {
  const { champion, previous, release: running } = await platform.registry(model).pointers();
  const target = running
    ? `the release of version ${running.version}`
    : `version ${champion ?? 'none'} to ${previous ?? 'none'}`;
  return act(platform, terminal, options, {
    model,
    machine: 'Rollback',
    input: { reason: options.reason ?? 'rolled back by hand', by: await platform.caller(), slot: null },
    what: `roll back ${target} of ${model} in ${platform.stage}`,
  });
}

/** Starts a run: a new one, or an earlier one again from its recorded inputs. */
export async function retrain(
  platform: Platform,
  terminal: Terminal,
  model: string,
  options: ActOptions & { readonly reproduce?: string; readonly renewGolden?: boolean },
): Promise<Answer> {
  const { reproduce, renewGolden } = options;
  if (reproduce !== undefined) await findRun(platform.registry(model), model, reproduce);
  const reason = options.reason ?? (reproduce ? `reproduces run ${reproduce}` : 'retrained by hand');
  return act(platform, terminal, options, {
    model,
    machine: 'Retrain',
    input: {
      reason,
      by: await platform.caller(),
      ...(reproduce !== undefined && { reproduce }),
      ...(renewGolden && { renewGolden }),
    },
    what: reproduce
      ? `run ${reproduce} of ${model} again in ${platform.stage}`
      : `retrain ${model}${renewGolden ? ' on a new golden set' : ''} in ${platform.stage}`,
  });
}

async function act(platform: Platform, terminal: Terminal, options: ActOptions, what: Act): Promise<Answer> {
  await confirm(platform, terminal, options, what);
  const arn = await platform.start(what.model, what.machine, what.input);
  if (!options.wait) {
    return { data: { execution: arn, input: what.input }, text: `started ${arn}` };
  }
  terminal.note(`started ${arn}; waiting for its end`);
  const ended = await untilEnded(platform, terminal, arn);
  const data = { execution: arn, input: what.input, ...ended };
  const bad = badEnd(ended);
  if (bad) throw new CommandError(EXIT.endedBadly, `${arn} ended ${ended.status}: ${bad}`);
  return { data, text: `${arn} ended ${ended.status}: ${JSON.stringify(ended.output)}` };
}

/** Changes of prod are confirmed by typing the model's name: a hurried Enter is not enough. */
async function confirm(
  platform: Platform,
  terminal: Terminal,
  options: ActOptions,
  { what, model }: Act,
): Promise<void> {
  if (platform.stage !== 'prod' || options.yes) return;
  if (!terminal.interactive)
    throw new CommandError(EXIT.unconfirmed, `not confirmed: this would ${what}; say --yes to go on`);
  const answer = await terminal.ask(`This will ${what}. Type the model's name to go on: `);
  if (answer.trim() !== model) throw new CommandError(EXIT.unconfirmed, 'not confirmed: nothing was changed');
}

async function untilEnded(platform: Platform, terminal: Terminal, arn: string): Promise<Execution> {
  for (;;) {
    const execution = await platform.execution(arn);
    if (execution.status !== 'RUNNING' && execution.status !== 'PENDING_REDRIVE') return execution;
    await terminal.sleep(LOOK_MS);
  }
}

/** Why an execution did not do what was asked, or undefined. Some that do nothing, or find a difference, end well. */
function badEnd({ status, error, cause, output }: Execution): string | undefined {
  if (status !== 'SUCCEEDED') return `${error ?? 'no error'} ${cause ?? ''}`.trim();
  if (typeof output !== 'object' || output === null) return undefined;
  if ('reproduced' in output && output.reproduced === false)
    return `the artifact is not the recorded one: ${JSON.stringify(output)}`;
  if ('decision' in output && output.decision === 'ignore')
    return `nothing was rolled back: ${'reason' in output ? output.reason : 'no reason'}`;
  return undefined;
}
