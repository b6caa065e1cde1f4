/** 50,000 rows × 30 features, 200 trees of depth 6 by the embedded trainer, on one core, process start to end. */
import { rmSync } from 'node:fs';
import {
  containerFolder,
  numericSignature,
  runTrainer,
  syntheticRows,
  writeChannel,
} from '../test/local/trainer/fixture.ts';

const hyperparameters = {
  objective: 'binary:logistic',
  eta: '0.1',
  max_depth: '6',
  num_round: '200',
  seed: '7',
};
const root = containerFolder(hyperparameters, numericSignature(30, [3]));
await writeChannel(root, 'train', syntheticRows(0, 50_000, 30));
await writeChannel(root, 'validation', syntheticRows(50_000, 10_000, 30));
const started = performance.now();
const run = await runTrainer(root);
const seconds = (performance.now() - started) / 1000;
rmSync(root, { recursive: true });
if (run.code !== 0) throw new Error(run.stderr);
const auc = Number(/validation-auc=([\d.]+) epoch=200/.exec(run.stdout)?.[1]);
console.log(
  JSON.stringify({
    bench: 'trainer',
    seconds: Number(seconds.toFixed(2)),
    validationAuc: auc,
    limits: { seconds: 5 },
  }),
);
