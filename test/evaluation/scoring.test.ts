import { describe, expect, it } from 'vitest';
import { decoder, scoreRows } from '../../lambdas/evaluation/scoring.ts';
import { compileEncoder } from '../../lambdas/shared/features/encode.ts';
import { openModel } from '../../lambdas/shared/onnx/session.ts';
import { baskets } from '../fixtures/dataset.ts';
import { SHOP_WEIGHTS, shopSignature } from '../fixtures/model.ts';
import { logisticModel } from '../fixtures/onnx.ts';

const encode = compileEncoder(shopSignature);
const decode = decoder(shopSignature);

describe('turning vectors back into rows', () => {
  it('gives rows that encode to the same vectors', () => {
    const [before, after] = [new Float32Array(4), new Float32Array(4)];
    for (const { row } of baskets(200, 3)) {
      encode(row, before, 0);
      encode(decode(before, 0), after, 0);
      expect(after).toEqual(before);
    }
  });

  it('does not take a category that was lost for one of another vocabulary', () => {
    const vector = Float32Array.of(1, 1, 0, -1);
    const lost = decode(vector, 0)['channel'] as string;
    expect(lost).not.toBe(lost.trim());
  });
});

describe('scoring many rows', () => {
  it('gives the same scores in chunks as one by one', async () => {
    const scorer = await openModel(logisticModel(SHOP_WEIGHTS), 4);
    const model = { signature: shopSignature, scorer };
    const rows = baskets(5000, 4).map((b) => b.row);
    const scores = await scoreRows(model, rows);
    for (const i of [0, 4095, 4096, 4999])
      expect(await scoreRows(model, [rows[i]!])).toEqual(scores.slice(i, i + 1));
  });

  it('names the row whose score is not finite', async () => {
    const scorer = await openModel(logisticModel([1, 1, 1, 1]), 4);
    const model = {
      signature: shopSignature,
      scorer: {
        ...scorer,
        score: async (_: Float32Array, rows: number) => new Float32Array(rows).fill(Number.NaN),
      },
    };
    await expect(scoreRows(model, [baskets(1, 1)[0]!.row])).rejects.toThrow('answers row 0 with NaN');
  });
});
