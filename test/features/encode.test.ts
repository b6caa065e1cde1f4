import { expect, it } from 'vitest';
import type { Signature } from '../../contracts/artifact.ts';
import { encodeRow } from '../../lambdas/shared/features/encode.ts';
import { hashEntity, isGoldenEntity } from '../../lambdas/shared/features/entity.ts';
import { canonical, featureSpecHash } from '../../lambdas/shared/features/spec-hash.ts';
import fraud from '../../models/fraud/model.ts';

const signature: Signature = {
  model: 'demo',
  featureSpecHash: 'x',
  features: [
    { name: 'n', kind: 'numeric' },
    { name: 'c', kind: 'categorical', vocabulary: ['b', 'a'] },
  ],
  input: 'features',
  output: 'score',
};

it('categories become their index in the vocabulary, missing is NaN, unseen is -1 and counted', () => {
  const out = new Float32Array(8).fill(9);
  expect(encodeRow(signature, { n: 1.5, c: 'a' }, out, 0)).toBe(0);
  expect(encodeRow(signature, { n: null, c: null }, out, 2)).toBe(0);
  expect(encodeRow(signature, { n: 2, c: 'zebra' }, out, 4)).toBe(1);
  expect([...out]).toEqual([1.5, 1, Number.NaN, Number.NaN, 2, -1, 9, 9]);
});

it('names that objects inherit are ordinary unseen categories', () => {
  const out = new Float32Array(2);
  expect(encodeRow(signature, { n: 0, c: 'constructor' }, out, 0)).toBe(1);
});

it('the spec hash changes with a feature and not with a threshold or the order of keys', () => {
  const hash = featureSpecHash(fraud);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(featureSpecHash({ ...fraud, drift: { ...fraud.drift, psi: 9 } })).toBe(hash);
  expect(featureSpecHash({ ...fraud, features: fraud.features.slice(1) })).not.toBe(hash);
  expect(canonical({ b: 1, a: { d: 2, c: 3 } })).toBe(canonical({ a: { c: 3, d: 2 }, b: 1 }));
});

it('about the asked share of entities is golden, and a larger share holds the smaller', () => {
  const hashes = Array.from({ length: 20_000 }, (_, i) => hashEntity(`card-${i}`));
  const five = hashes.filter((h) => isGoldenEntity(h, 0.05));
  expect(five.length / hashes.length).toBeCloseTo(0.05, 2);
  expect(five.every((h) => isGoldenEntity(h, 0.1))).toBe(true);
});
