import { describe, expect, it } from 'vitest';
import { sliceSchema } from '../../contracts/gates.ts';
import { keys } from '../../contracts/names.ts';
import { run } from '../../lambdas/evaluation/handler.ts';
import { baskets, goldenParquet, vectorParquet } from '../fixtures/dataset.ts';
import { SHOP_WEIGHTS, shopSignature } from '../fixtures/model.ts';
import { logisticModel } from '../fixtures/onnx.ts';
import { evaluationWorld, GOLDEN, INPUT, RUN, trained } from './world.ts';

/** The shop as a ranking: ten baskets a visitor, of which the bought ones should come first. */
async function shopWindow() {
  const w = await evaluationWorld();
  w.bucket.put(keys.golden('shop', GOLDEN, 'golden.parquet'), await goldenParquet(baskets(300, 1), 10));
  const validation = await vectorParquet(baskets(300, 2), shopSignature, 10);
  w.bucket.put(keys.dataset('shop', INPUT.datasetVersion, 'validation.parquet'), validation);
  const { definition } = w.parts;
  const parts = {
    ...w.parts,
    definition: {
      ...definition,
      task: 'ranking' as const,
      ranking: { item: 'channel', k: 5 },
      gates: {
        ...definition.gates,
        floors: { ndcg: { min: 0.3 } },
        slices: [sliceSchema.parse({ feature: 'channel', metric: 'ndcg', minRows: 10 })],
      },
    },
  };
  return { ...w, evaluate: () => run(parts, INPUT) };
}
const weights = (sign: number) =>
  logisticModel(
    SHOP_WEIGHTS.map((v) => 3 * sign * v),
    -4,
  );

describe('an evaluation of a ranking model', () => {
  it('measures and judges it as one, on the queries of its entities', async () => {
    const { evaluate, bucket, crown } = await shopWindow();
    crown(weights(1));
    const { passed, reasons, metrics } = await evaluate();
    expect(reasons).toEqual([]);
    expect(passed).toBe(true);
    expect(metrics).not.toHaveProperty(['golden.auc']);
    for (const metric of ['ndcg', 'map', 'coverage', 'longTailLift'])
      expect(metrics).toHaveProperty([`golden.${metric}`]);
    expect(metrics['golden.ndcg']).toBe(metrics['champion.golden.ndcg']);
    expect(metrics['golden.ndcg']).toBeGreaterThan(0.5);
    const card = bucket.text(keys.evaluation('shop', RUN, 'card.md'));
    expect(card).toMatch(/\| ndcg \| 0\.\d+ \| 0\.\d+ \| 0\.\d+ \| 0\.\d+ \|/);
    expect(card).toContain('| golden: channel | phone |');
    expect(card).toContain('golden.ndcg.champion');
  });

  it('stops one that orders worse than the champion', async () => {
    const { evaluate, train, crown } = await shopWindow();
    crown(weights(1));
    await train({ ...trained(), 'model.onnx': weights(-1) });
    const { reasons } = await evaluate();
    expect(reasons.join()).toMatch(
      /golden NDCG is 0\.\d+ against the champion's 0\.\d+: a difference of -0\./,
    );
    expect(reasons.join()).not.toContain('AUC');
  });
});
