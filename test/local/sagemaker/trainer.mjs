// A training program that honours the container contract: counts to `epochs`, one checkpoint an epoch.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const root = process.env.COALMINE_ML_ROOT;
const given = JSON.parse(readFileSync(join(root, 'input/config/hyperparameters.json'), 'utf8'));
if (given.fail) {
  writeFileSync(join(root, 'output/failure'), given.fail);
  process.exit(1);
}
const checkpoint = join(root, 'checkpoints/epoch');
const first = existsSync(checkpoint) ? Number(readFileSync(checkpoint, 'utf8')) + 1 : 0;
process.on('SIGTERM', () => process.exit(143));
for (let epoch = first; epoch < Number(given.epochs); epoch++) {
  writeFileSync(checkpoint, String(epoch));
  console.log(`metric validation-auc=${0.5 + epoch / 100} epoch=${epoch}`);
  await setTimeout(Number(given.pauseMs ?? 0));
}
const data = readFileSync(join(root, 'input/data/train/rows.csv'), 'utf8');
const channels = readdirSync(join(root, 'input/data')).sort();
writeFileSync(join(root, 'model/model.json'), JSON.stringify({ data, channels, resumedAt: first }));
