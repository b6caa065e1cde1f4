import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { definitionOf } from './rehearsal/definition.ts';
import { runScenario } from './rehearsal/run.ts';
import { serve } from './rehearsal/serve.ts';
import { Terminal } from './rehearsal/terminal.ts';
import { TRAINERS, type TrainerChoice, trainingCommand } from './rehearsal/trainer.ts';
import { SCENARIOS } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';

const HELP = `Rehearses the life of a model on a laptop: the synthesised stacks on a local AWS with a virtual clock.

Usage: npm run rehearse -- [options]

  --scenario NAME  what happens (default ${SCENARIOS[0]!.name}):
${SCENARIOS.map((s) => `                     ${s.name.padEnd(16)} ${firstSentence(s.summary)}`).join('\n')}
  --model NAME     the model; must be the one that the scenario is about
  --data FILE      the data of scenario replay (Bank Marketing: bank-additional-full.csv) or adult (adult.data)
  --trainer WHAT   embedded (default, needs no Python), or container: the Python program of the training containers in
                   the environment that npm run training:install makes
  --seed N         seed of the world and of everything random in the local cloud (default 1)
  --out FOLDER     where report.html and report.json go (default rehearsal)
  --serve          keep the API up at the end and print a curl line that asks it
  --help           this text

Exit codes: 0 the scenario ended as expected, 1 it did not, 2 wrong usage.
`;

function firstSentence(text: string): string {
  return text.split(/[;:]/)[0]!;
}

class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  scenario: { type: 'string' },
  model: { type: 'string' },
  data: { type: 'string' },
  trainer: { type: 'string' },
  seed: { type: 'string' },
  out: { type: 'string' },
  serve: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    const what = (error as Error).message.split('.')[0];
    throw new UsageError(
      `${what}. Options are ${Object.keys(OPTIONS)
        .map((o) => `--${o}`)
        .join(', ')}`,
    );
  }
}

function findScenario(name: string, model: string | undefined): Scenario {
  const scenario = SCENARIOS.find((s) => s.name === name);
  if (!scenario)
    throw new UsageError(`unknown scenario '${name}'; there are ${SCENARIOS.map((s) => s.name).join(', ')}`);
  if (model !== undefined && model !== scenario.model)
    throw new UsageError(`scenario ${name} is about model ${scenario.model}, not '${model}'`);
  return scenario;
}

function readTrainer(text: string): TrainerChoice {
  const choice = TRAINERS.find((t) => t === text);
  if (!choice) throw new UsageError(`--trainer takes ${TRAINERS.join(' or ')}, not '${text}'`);
  return choice;
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0 || text.trim() === '')
    throw new UsageError(`--seed takes a whole number from 0, not '${text}'`);
  return seed;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const scenario = findScenario(options.scenario ?? SCENARIOS[0]!.name, options.model);
  if (scenario.needsData && options.data === undefined)
    throw new UsageError(`scenario ${scenario.name} needs --data FILE`);
  const training = trainingCommand(
    readTrainer(options.trainer ?? TRAINERS[0]),
    await definitionOf(scenario.model),
  );
  const out = resolve(options.out ?? 'rehearsal');
  const terminal = new Terminal(process.stdout);
  const report = await runScenario({
    scenario,
    seed: readSeed(options.seed ?? '1'),
    out,
    data: options.data === undefined ? undefined : resolve(options.data),
    terminal,
    training,
    afterwards: options.serve ? (r) => serve(r, terminal) : undefined,
  });
  const good = report.ended === 'as expected';
  terminal.heading(
    `\n${good ? 'Ended as expected' : `Did NOT end as expected: ${report.ended}`} after ${report.wallSeconds} s`,
  );
  terminal.line(`Report: ${out}/report.html and report.json`);
  return good ? 0 : 1;
}

/** Errors whose message is made for the person who typed. */
const FOR_PEOPLE = new Set([
  'UsageError',
  'FolderInUse',
  'TrainerMissing',
  'AdultFileError',
  'BankFileError',
  'UnknownModel',
  'InvalidModelDefinition',
]);

try {
  process.exitCode = await main();
} catch (error) {
  const forPeople = error instanceof Error && FOR_PEOPLE.has(error.name);
  console.error(forPeople ? error.message : error);
  process.exitCode = forPeople ? 2 : 1;
}
