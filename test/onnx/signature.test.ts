import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureSchema } from '../../contracts/artifact.ts';
import { checkSignature, parseSignature } from '../../lambdas/shared/onnx/signature.ts';
import { shop, shopSignature } from '../fixtures/model.ts';

const junk = fc.constantFrom<unknown>(null, 1, 'numeric', 'categorical', [], {}, ['a', 1]);
const feature = fc.oneof(
  fc.record(
    {
      name: fc.oneof(fc.string(), junk),
      kind: fc.constantFrom('numeric', 'categorical', 'other'),
      vocabulary: fc.oneof(fc.array(fc.string()), junk),
      more: junk,
    },
    { requiredKeys: ['name', 'kind'] },
  ),
  junk,
);
const signature = fc.record(
  {
    model: fc.oneof(fc.string(), junk),
    featureSpecHash: fc.string(),
    features: fc.oneof(fc.array(feature, { maxLength: 2 }), junk),
    input: fc.constantFrom('features', 'x'),
    output: fc.constantFrom('score', 'y'),
    more: junk,
  },
  { requiredKeys: ['model', 'featureSpecHash', 'features', 'input', 'output'] },
);

describe('signature.json', () => {
  it('is accepted exactly when the contract accepts it', () => {
    fc.assert(
      fc.property(fc.oneof(signature, junk, fc.constant(shopSignature)), (json) => {
        const bytes = Buffer.from(JSON.stringify(json));
        const accepted = signatureSchema.safeParse(JSON.parse(bytes.toString())).success;
        if (accepted) expect(parseSignature(bytes)).toEqual(json);
        else expect(() => parseSignature(bytes)).toThrow(/^signature\.json: /);
      }),
      { numRuns: 1000 },
    );
  });

  it('may know less than the definition, for an older model', () => {
    const older = { ...shopSignature, features: shopSignature.features.slice(1) };
    expect(() => checkSignature(older, shop.definition)).not.toThrow();
  });

  it('may not know a feature of another kind', () => {
    const features = [{ name: 'channel', kind: 'numeric' as const }];
    expect(() => checkSignature({ ...shopSignature, features }, shop.definition)).toThrow(
      "'channel' is numeric here and categorical there",
    );
  });
});
