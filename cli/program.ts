import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { STAGES } from '../contracts/names.ts';
import type { Connection } from './aws.ts';
import { release, retrain, rollback } from './commands/act.ts';
import { at } from './commands/at.ts';
import { budget } from './commands/budget.ts';
import { diff } from './commands/diff.ts';
import { events } from './commands/events.ts';
import { models } from './commands/models.ts';
import { runs } from './commands/runs.ts';
import { show } from './commands/show.ts';
import { versions } from './commands/versions.ts';
import { CommandError, EXIT, type ExitCode } from './errors.ts';
import type { Answer, Platform, Terminal } from './platform.ts';

export interface Program {
  readonly connect: (connection: Connection) => Promise<Platform>;
  readonly terminal: Terminal;
}

const EPILOGUE = `
Exit codes: 0 done, 1 AWS or the network failed, 2 wrong usage, 3 no such model, version or run,
4 not confirmed, 5 what was waited for ended badly.`;

function stage(text: string): string {
  if (STAGES.some((s) => s === text)) return text;
  throw new InvalidArgumentError(`there are ${STAGES.join(', ')}.`);
}
function count(text: string): number {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n > 0) return n;
  throw new InvalidArgumentError('it takes a whole number from 1.');
}

/** The command line, with what each command does. */
function build({ connect, terminal }: Program): Command {
  const root = new Command('coalmine')
    .description("The operator's command: what serves, what it was made from, and how to change that.")
    .option('--stage <stage>', 'stage to work on (default: the only one deployed)', stage)
    .option('--endpoint <url>', 'a running rehearsal (npm run rehearse -- --serve) instead of AWS')
    .option('--region <region>', 'AWS region')
    .option('--json', 'print JSON for programs')
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureOutput({
      writeOut: (s) => terminal.out(s.trimEnd()),
      writeErr: (s) => terminal.note(s.trimEnd()),
    });
  const answer = async (ask: (platform: Platform) => Promise<Answer>): Promise<void> => {
    const { stage, endpoint, region, json } = root.opts();
    const { data, text } = await ask(await connect({ stage, endpoint, region }));
    terminal.out(json ? JSON.stringify(data, null, 2) : text);
  };
  const changing = (command: Command): Command =>
    command
      .option('--reason <text>', 'why; it is recorded')
      .option('--wait', 'wait for the end; a bad one is exit code 5')
      .option('-y, --yes', 'do not ask before prod is changed');
  root
    .command('models')
    .description('every model')
    .action(() => answer(models));
  root
    .command('versions <model>')
    .description('every version of a model')
    .action((model) => answer((p) => versions(p, model)));
  root
    .command('show <model> <version>')
    .description('everything of one version')
    .action((model, version) => answer((p) => show(p, model, version)));
  root
    .command('diff <model> <a> <b>')
    .description('what differs between two versions')
    .action((model, a, b) => answer((p) => diff(p, model, a, b)));
  root
    .command('runs <model>')
    .description('every run')
    .action((model) => answer((p) => runs(p, model)));
  root
    .command('budget <model>')
    .description('what training may cost, has cost and has reserved, by month and run')
    .action((model) => answer((p) => budget(p, model)));
  root
    .command('at <model> <time>')
    .description('what served then, made from what, approved by whom')
    .action((model, time) => answer((p) => at(p, model, time)));
  root
    .command('events <model>')
    .description('every change of pointers and statuses, newest first')
    .option('--limit <n>', 'how many', count, 50)
    .action((model, options) => answer((p) => events(p, model, options.limit)));
  changing(root.command('release <model> <version>').description('release a version step by step')).action(
    (model, version, options) => answer((p) => release(p, terminal, model, version, options)),
  );
  changing(root.command('rollback <model>').description('bring the version before back')).action(
    (model, options) => answer((p) => rollback(p, terminal, model, options)),
  );
  changing(root.command('retrain <model>').description('train a new version'))
    .addOption(
      // A repeated run takes the recorded golden set: a new one would be another run.
      new Option('--reproduce <run>', 'run again from recorded inputs and compare the artifact').conflicts(
        'renewGolden',
      ),
    )
    .option('--renew-golden', 'freeze a new golden set first and judge candidate and champion on it')
    .action((model, options) => answer((p) => retrain(p, terminal, model, options)));
  for (const command of root.commands) command.exitOverride();
  return root;
}

/** Runs the command; never throws. @param args without node and script */
export async function runProgram(args: readonly string[], program: Program): Promise<ExitCode> {
  try {
    await build(program).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof CommandError) {
      program.terminal.note(error.message);
      return error.exitCode;
    }
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    program.terminal.note(`${name}: ${message}`);
    return EXIT.failed;
  }
}
