import * as ort from 'onnxruntime-node';
import { MODEL_INPUT, MODEL_OUTPUT } from '../../contracts/artifact.ts';
import type { Booster } from './boost.ts';
import type { Table } from './data.ts';
import { TrainingError } from './failure.ts';
import type { Tree } from './tree.ts';

/** Largest allowed difference between a score of the booster (float64 sums) and of the exported model (float32). */
const TOLERANCE = 1e-5;
const CHUNK = 10_000;

/** Score of row `i` by walking the trees with the thresholds themselves, not with bins. */
function scoreRow(booster: Booster, table: Table, i: number): number {
  let margin = Math.log(booster.baseScore / (1 - booster.baseScore));
  for (let t = 0; t < booster.bestRound; t++) margin += walk(booster.trees[t]!, table, i);
  return 1 / (1 + Math.exp(-margin));
}

function walk(tree: Tree, table: Table, i: number): number {
  let n = 0;
  while (tree.left[n] !== -1) {
    const x = table.features[tree.feature[n]!]![i]!;
    const below = tree.equals[n] ? x === tree.threshold[n] : x < tree.threshold[n]!;
    n = (Number.isNaN(x) ? tree.missingLeft[n] : below) ? tree.left[n]! : tree.right[n]!;
  }
  return tree.value[n]!;
}

/**
 * Runs the exported model on every row of `table` and compares.
 * @returns the largest difference
 * @throws TrainingError above 1e-5
 */
export async function verifyExport(model: Uint8Array, booster: Booster, table: Table): Promise<number> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const width = table.features.length;
  let worst = 0;
  for (let from = 0; from < table.labels.length; from += CHUNK) {
    const n = Math.min(CHUNK, table.labels.length - from);
    const input = new Float32Array(n * width);
    for (let i = 0; i < n; i++)
      for (let f = 0; f < width; f++) input[i * width + f] = table.features[f]![from + i]!;
    const output = await session.run({ [MODEL_INPUT]: new ort.Tensor('float32', input, [n, width]) });
    const scores = output[MODEL_OUTPUT]!.data as Float32Array;
    for (let i = 0; i < n; i++)
      worst = Math.max(worst, Math.abs(scores[i]! - scoreRow(booster, table, from + i)));
  }
  await session.release();
  if (!(worst <= TOLERANCE))
    throw new TrainingError(
      `the exported model differs from the booster by ${worst}, allowed is ${TOLERANCE}`,
    );
  return worst;
}
