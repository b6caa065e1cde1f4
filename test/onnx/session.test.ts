import { describe, expect, it } from 'vitest';
import { openModel } from '../../lambdas/shared/onnx/session.ts';
import { brokenModel, forestModel, logisticModel } from '../fixtures/onnx.ts';

describe('opening a model', () => {
  it('scores rows by the model boundary', async () => {
    const scorer = await openModel(logisticModel([1, -2], 0.5), 2);
    const scores = await scorer.score(Float32Array.of(1, 1, Number.NaN, 0, 3, Number.NaN), 3);
    const logistic = (x: number) => 1 / (1 + Math.exp(-x));
    expect([...scores]).toEqual(
      [logistic(-0.5), logistic(0.5), logistic(3.5)].map((s) => expect.closeTo(s, 6)),
    );
  });

  it('scores a tree ensemble with missing values', async () => {
    const scorer = await openModel(forestModel(5, 20, 4), 5);
    const [score] = await scorer.score(new Float32Array(5).fill(Number.NaN), 1);
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  });

  it.each([
    ['bytes that are no model', Uint8Array.of(1, 2, 3), /cannot be loaded/],
    ['a model with another width', logisticModel([1, 2, 3]), /takes 3 features, the signature has 2/],
    ['a model with another input', logisticModel([1, 2], 0, { input: 'x' }), /one input tensor 'features'/],
    ['a model with another output', logisticModel([1, 2], 0, { output: 'y' }), /an output 'score', has: y/],
    ['a score with two dimensions', logisticModel([1, 2], 0, { outputDims: ['N', 1] }), /shape \[N\]/],
    ['a fixed number of rows', logisticModel([1, 2], 0, { rows: 1 }), /any number of rows/],
    ['a score that is not a number', brokenModel(2), /not with one finite score/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(openModel(bytes, 2)).rejects.toMatchObject({
      name: 'ArtifactInvalid',
      message: expect.stringMatching(message),
    });
  });
});
