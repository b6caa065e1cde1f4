import { parseArgs } from 'node:util';
import { STAGES, type Stage } from '../contracts/names.ts';
import { buildApp } from '../lib/app.ts';
import { loadModels } from '../models/index.ts';

/** A wrong option: the message is one line and says what is valid. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The only reader of CDK context: `-c stage=… -c models=a,b -c commit=…`. Under the CDK CLI the context comes in
 * `CDK_CONTEXT_JSON`; without it (`node bin/coalmine.ts -c stage=local --output cdk.out`) from the command line.
 */
function readContext(): { context: Record<string, string>; output: string | undefined } {
  const { values } = parseArgs({
    options: {
      context: { type: 'string', short: 'c', multiple: true },
      output: { type: 'string', short: 'o' },
    },
  });
  const context = JSON.parse(process.env['CDK_CONTEXT_JSON'] ?? '{}') as Record<string, string>;
  for (const pair of values.context ?? []) {
    const [key, ...value] = pair.split('=');
    if (!key || value.length === 0) throw new UsageError(`context '${pair}' must be key=value`);
    context[key] = value.join('=');
  }
  return { context, output: values.output ?? process.env['CDK_OUTDIR'] ?? 'cdk.out' };
}

function readStage(text = 'dev'): Stage {
  const stage = STAGES.find((known) => known === text);
  if (!stage) throw new UsageError(`stage '${text}' is not one of ${STAGES.join(', ')}`);
  return stage;
}

async function main(): Promise<void> {
  const { context, output } = readContext();
  const stage = readStage(context['stage']);
  const models = await loadModels(context['models']?.split(','));
  const { app } = await buildApp({ stage, models, commit: context['commit'], outdir: output });
  app.synth();
}

/** Errors whose message is made for the person who typed; any other keeps its stack. */
const FOR_PEOPLE = new Set(['UsageError', 'UnknownModel', 'InvalidModelDefinition']);

try {
  await main();
} catch (error) {
  const forPeople =
    error instanceof Error &&
    (FOR_PEOPLE.has(error.name) || ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')));
  if (!forPeople) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
