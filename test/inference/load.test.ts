import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArtifactFiles } from '../../contracts/artifact.ts';
import { predictionRequestSchema, scoreRequestSchema } from '../../contracts/prediction.ts';
import { readEnvelope } from '../../lambdas/inference/envelope.ts';
import { load } from '../../lambdas/inference/handler.ts';
import { readScoreRequest } from '../../lambdas/inference/score-request.ts';
import { readSealed } from '../../lambdas/inference/sealed.ts';
import type { ReadObject } from '../../lambdas/shared/onnx/load.ts';
import { pinned, shop, shopArtifact, shopSignature } from '../fixtures/model.ts';
import { logisticModel } from '../fixtures/onnx.ts';

const loadShop = (read: ReadObject, artifact: ArtifactFiles) =>
  load(shop, { version: 1, run: 'run-1', slot: 'blue', artifact }, read);

describe('loading an artifact', () => {
  it('refuses bytes that are not those that were registered', async () => {
    const { files, read, objects } = shopArtifact();
    objects.set(files['model.onnx']!.key, logisticModel([9, 9, 9, 9]));
    await expect(loadShop(read, files)).rejects.toMatchObject({
      name: 'ArtifactInvalid',
      message: expect.stringMatching(/model\.onnx .* has sha256 .* registered was/),
    });
  });

  it.each<[string, string, RegExp, number[]?]>([
    ['is not JSON', '{', /is not JSON/],
    ['lacks a field', JSON.stringify({ ...shopSignature, output: undefined }), /output/],
    ['is of another model', JSON.stringify({ ...shopSignature, model: 'churn' }), /of model 'churn'/],
    [
      'has a feature that the code cannot make',
      JSON.stringify({ ...shopSignature, features: [{ name: 'age', kind: 'numeric' }] }),
      /'age' is numeric here and absent there/,
      [1],
    ],
  ])('refuses a signature that %s', async (_, signature, message, weights = [1, 1, 1, 1]) => {
    const { files, read } = pinned({ 'model.onnx': logisticModel(weights), 'signature.json': signature });
    await expect(loadShop(read, files)).rejects.toMatchObject({
      name: 'ArtifactInvalid',
      message: expect.stringMatching(message),
    });
  });

  it('refuses an artifact without a file that serving needs', async () => {
    const { files, read } = pinned({ 'signature.json': JSON.stringify(shopSignature) });
    await expect(loadShop(read, files)).rejects.toThrow('the artifact has no model.onnx');
  });
});

describe('the sealed environment', () => {
  const { files } = shopArtifact();
  const env = {
    MODEL_VERSION: '3',
    MODEL_RUN: 'run-3',
    MODEL_SLOT: 'blue',
    MODEL_ARTIFACT: JSON.stringify(files),
  };

  it('is read as it was sealed', () => {
    expect(readSealed(env)).toEqual({ version: 3, run: 'run-3', slot: 'blue', artifact: files });
  });

  it('is null when nothing was sealed', () => {
    expect(readSealed({ AWS_REGION: 'eu-west-1' })).toBeNull();
  });

  it.each([
    ['a part of it is missing', { ...env, MODEL_SLOT: undefined }, /MODEL_SLOT/],
    ['the version is no number', { ...env, MODEL_VERSION: 'latest' }, /MODEL_VERSION/],
    ['the slot is unknown', { ...env, MODEL_SLOT: 'red' }, /blue or green/],
    ['the artifact is no JSON', { ...env, MODEL_ARTIFACT: 'x' }, /MODEL_ARTIFACT/],
    ['a file is not pinned', { ...env, MODEL_ARTIFACT: '{"model.onnx":{"key":"k"}}' }, /MODEL_ARTIFACT/],
  ])('is refused when %s', (_, wrong, message) => {
    expect(() => readSealed(wrong)).toThrow(message);
  });
});

describe('the envelope of a prediction request', () => {
  const text = fc.oneof(fc.string(), fc.constant('x'.repeat(129)), fc.constant('x'.repeat(257)));
  const field = fc.oneof(text, fc.constantFrom<unknown>(null, undefined, 1, true, [], {}));
  const body = fc.record(
    { predictionId: field, entity: field, features: field, other: field },
    { requiredKeys: [] },
  );

  it('is accepted exactly when the contract accepts it', () => {
    fc.assert(
      fc.property(body, (raw) => {
        // As it arrives: JSON has no undefined.
        const request = JSON.parse(JSON.stringify(raw)) as Record<string, unknown>;
        const accepted = predictionRequestSchema.safeParse(request).success;
        const read = () => readEnvelope(request);
        if (accepted) expect(read()).toEqual(request);
        else expect(read).toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

describe('a score request', () => {
  const value = fc.constantFrom<unknown>(1, 0.5, 'web', null, true, [], {});
  const row = fc.oneof(fc.dictionary(fc.string(), value), fc.constantFrom<unknown>(null, 1, []));
  const request = fc.record(
    { kind: fc.constant('score'), rows: fc.oneof(fc.array(row, { maxLength: 3 }), value), more: value },
    { requiredKeys: ['kind'] },
  );

  it('is accepted exactly when the contract accepts it', () => {
    fc.assert(
      fc.property(request, (raw) => {
        const event = JSON.parse(JSON.stringify(raw)) as unknown;
        const accepted = scoreRequestSchema.strict().safeParse(event).success;
        if (accepted) expect(readScoreRequest(event)).toEqual(event);
        else expect(() => readScoreRequest(event)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('may have a thousand rows and no more', () => {
    const rows = (n: number) => ({ kind: 'score', rows: new Array(n).fill({ amount: 1 }) });
    expect(readScoreRequest(rows(1000)).rows).toHaveLength(1000);
    expect(() => readScoreRequest(rows(1001))).toThrow(/1 to 1000/);
  });
});
