/**
 * The embedded trainer: boosted trees behind SageMaker's training container contract, so that the rehearsal can train
 * without Python. The folder that a container has at /opt/ml is COALMINE_ML_ROOT here.
 *
 * Exit codes: 0 trained, 1 failed (one sentence in output/failure), 143 interrupted (checkpoint saved).
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, TrainingMetrics } from '../../contracts/artifact.ts';
import { type Booster, boost, Interrupted } from './boost.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { checkTrainable, parseSignature, readChannel, type Table } from './data.ts';
import { TrainingError } from './failure.ts';
import { parseHyperparameters } from './hyperparameters.ts';
import { toOnnx } from './onnx.ts';
import { verifyExport } from './verify.ts';

const INTERRUPTED = 143;

function readInput(root: string, path: string): string {
  try {
    return readFileSync(join(root, 'input', path), 'utf8');
  } catch {
    throw new TrainingError(`the input ${path} is missing`);
  }
}

function fingerprintOf(hyperparameters: object, tables: readonly Table[]): string {
  const hash = createHash('sha256').update(JSON.stringify(hyperparameters));
  for (const table of tables) {
    for (const column of table.features) hash.update(column);
    hash.update(table.labels);
  }
  return hash.digest('hex');
}

async function train(root: string, stopped: () => boolean): Promise<void> {
  const given = JSON.parse(readInput(root, 'config/hyperparameters.json')) as Record<string, string>;
  const p = parseHyperparameters(given);
  const signatureText = readInput(root, 'data/signature/signature.json');
  const signature = parseSignature(signatureText);
  const data = (channel: string) => readChannel(join(root, 'input/data', channel), channel, signature);
  const table = await data('train');
  const validation = await data('validation');
  checkTrainable(table);
  const fingerprint = fingerprintOf(p, [table, validation]);
  const checkpoints = join(root, 'checkpoints');
  const booster = await boost(table, validation, p, loadCheckpoint(checkpoints, fingerprint), {
    onEpoch: ({ epoch, metrics }) => {
      for (const [name, value] of Object.entries(metrics))
        console.log(`metric ${name}=${value.toFixed(6)} epoch=${epoch}`);
    },
    onCheckpoint: (progress) => saveCheckpoint(checkpoints, fingerprint, progress),
    stopped,
  });
  const model = toOnnx(booster, signature.features.length);
  const difference = await verifyExport(model, booster, validation);
  writeModel(join(root, 'model'), model, signatureText, booster, given, p.seed);
  console.log(
    `trained ${booster.bestRound} trees; the exported model differs from them by at most ${difference.toExponential(1)}`,
  );
}

function writeModel(
  folder: string,
  model: Uint8Array,
  signature: string,
  booster: Booster,
  hyperparameters: Record<string, string>,
  seed: number,
): void {
  mkdirSync(folder, { recursive: true });
  const metrics: TrainingMetrics = {
    epochs: [...booster.epochs],
    final: booster.epochs[booster.bestRound - 1]?.metrics ?? {},
    bestEpoch: booster.bestRound,
  };
  const environment: Environment = {
    container: 'embedded',
    packages: { node: process.version.slice(1) },
    seed,
    hyperparameters,
  };
  writeFileSync(join(folder, 'model.onnx'), model);
  writeFileSync(join(folder, 'signature.json'), signature);
  writeFileSync(join(folder, 'metrics.json'), JSON.stringify(metrics));
  writeFileSync(join(folder, 'environment.json'), JSON.stringify(environment));
}

const root = process.env['COALMINE_ML_ROOT'] ?? '/opt/ml';
let stop = false;
process.on('SIGTERM', () => {
  stop = true;
});
try {
  await train(root, () => stop);
} catch (error) {
  if (error instanceof Interrupted) {
    console.log(`interrupted: ${error.message}`);
    process.exit(INTERRUPTED);
  }
  const sentence = error instanceof TrainingError ? error.message : `unexpected: ${String(error)}`;
  mkdirSync(join(root, 'output'), { recursive: true });
  writeFileSync(join(root, 'output/failure'), sentence);
  console.error(sentence);
  process.exit(1);
}
