import { describe, expect, it } from 'vitest';
import { goldenScoresSchema, SEALED_FILES } from '../../contracts/artifact.ts';
import { baselineSchema } from '../../contracts/dataset.ts';
import { fairnessSchema, sliceSchema } from '../../contracts/gates.ts';
import { keys } from '../../contracts/names.ts';
import { evaluationOutput } from '../../contracts/steps.ts';
import { baskets, goldenParquet } from '../fixtures/dataset.ts';
import { SHOP_WEIGHTS, shopSignature } from '../fixtures/model.ts';
import { brokenModel, logisticModel } from '../fixtures/onnx.ts';
import { evaluationWorld, GOLDEN, INPUT, RUN, trained } from './world.ts';

const tripled = SHOP_WEIGHTS.map((w) => 3 * w);
const at = (file: string) => keys.evaluation('shop', RUN, file);

describe('an evaluation', () => {
  it('passes a good first candidate, pins a complete artifact and announces it', async () => {
    const { evaluate, bucket, published, emitted } = await evaluationWorld();
    const output = evaluationOutput.parse(await evaluate());
    expect(output).toMatchObject({ passed: true, reasons: [], champion: null, report: at('report.json') });
    expect(Object.keys(output.files).sort()).toEqual([...SEALED_FILES].sort());
    for (const [file, pin] of Object.entries(output.files)) expect(pin.key).toBe(at(file));
    expect(output.metrics['golden.auc']).toBeGreaterThan(0.7);
    expect(output.metrics['golden.rows']).toBe(120);
    expect(output.metrics['validation.rows']).toBe(200);
    expect(published).toMatchObject([{ type: 'gate.passed', model: 'shop', run: RUN }]);
    expect(emitted).toEqual([{ GoldenAuc: output.metrics['golden.auc'] }]);
    expect(bucket.json(at('report.json'))).toMatchObject({ passed: true, run: RUN });
  });

  it('records golden rows of both classes with the scores that the candidate gave them', async () => {
    const { evaluate, bucket } = await evaluationWorld();
    await evaluate();
    const { rows, goldenVersion } = goldenScoresSchema.parse(bucket.json(at('golden-scores.json')));
    expect(goldenVersion).toBe(GOLDEN);
    expect(rows).toHaveLength(100);
    const { features, score } = rows.find((r) => r.features['channel'] === 'shop')!;
    const logit =
      [features['amount'], features['visits'], features['many_clicks'], 1].reduce<number>(
        (sum, v, i) => sum + Number(v ?? 0) * tripled[i]!,
        0,
      ) - 4;
    expect(score).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5);
    expect(rows.some((r) => r.features['many_clicks'] === null)).toBe(true);
  });

  it('adds the score profile of the validation split to the baseline', async () => {
    const { evaluate, bucket } = await evaluationWorld();
    await evaluate();
    const { score } = baselineSchema.parse(bucket.json(at('baseline.json')));
    expect(score!.counts.reduce((a, n) => a + n, 0)).toBe(200);
  });

  it('writes a card that tells use, data, metrics and gates', async () => {
    const { evaluate, bucket } = await evaluationWorld();
    await evaluate();
    const card = bucket.text(at('card.md'));
    for (const said of [
      'a basket is bought',
      'ds-20261118',
      GOLDEN,
      RUN,
      'golden.auc.minimum',
      '| eta | 0.1 |',
    ])
      expect(card).toContain(said);
    expect(bucket.json(at('card.json'))).toMatchObject({ run: RUN, data: { goldenVersion: GOLDEN } });
  });

  it('gives the same bytes when the run is evaluated again', async () => {
    const { evaluate } = await evaluationWorld();
    const hashes = async () => Object.entries((await evaluate()).files).map(([f, p]) => [f, p.sha256]);
    expect(await hashes()).toEqual(await hashes());
  });

  it('compares with the champion on the same rows', async () => {
    const { evaluate, crown } = await evaluationWorld();
    crown(logisticModel(tripled, -4));
    const output = await evaluate();
    expect(output).toMatchObject({ passed: true, champion: 1 });
    for (const set of ['golden', 'validation'])
      for (const metric of ['auc', 'logLoss', 'brier'])
        expect(output.metrics[`champion.${set}.${metric}`]).toBeCloseTo(
          output.metrics[`${set}.${metric}`]!,
          6,
        );
  });

  it('encodes every row for the champion by its own signature', async () => {
    const { evaluate, crown } = await evaluationWorld();
    // The candidate's model, told in another order of features and with a vocabulary that knows more.
    const [amount, visits, clicks] = shopSignature.features;
    const channel = {
      name: 'channel',
      kind: 'categorical',
      vocabulary: ['web', 'shop', 'phone', 'fax'],
    } as const;
    const features = [{ ...channel, vocabulary: [...channel.vocabulary] }, clicks!, visits!, amount!];
    crown(logisticModel([...tripled].reverse(), -4), { ...shopSignature, features });
    const { metrics } = await evaluate();
    // Sums in another order differ in the last bit, which makes and breaks ties: hence two digits.
    for (const set of ['golden', 'validation'])
      for (const metric of ['auc', 'logLoss'])
        expect(metrics[`champion.${set}.${metric}`]).toBeCloseTo(metrics[`${set}.${metric}`]!, 2);
  });

  it('rejects a candidate that is worse than the champion, with every reason', async () => {
    const { evaluate, crown, train, published } = await evaluationWorld();
    crown(logisticModel(tripled, -4));
    await train(trained(SHOP_WEIGHTS.map((w) => -w)));
    const output = await evaluate();
    expect(output.passed).toBe(false);
    expect(output.reasons).toEqual([
      expect.stringMatching(/^golden AUC is 0\.\d+ \(0.*\), but its interval must be at least 0\.6$/),
      expect.stringMatching(
        /^golden AUC is 0\.\d+ against the champion's 0\.\d+: a difference of -0\.\d+, .* must be at least -0\.05$/,
      ),
      expect.stringMatching(/^golden log loss is \d\.\d+ .* must be at most 0\.1$/),
      expect.stringMatching(/^validation AUC/),
      expect.stringMatching(/^validation log loss/),
    ]);
    expect(published).toMatchObject([{ type: 'gate.failed', reasons: output.reasons }]);
  });
});

describe('gates beyond the scores', () => {
  it('time 100 single predictions through the inference handler', async () => {
    // The test's clock goes on by one at each reading: a prediction takes three of the handler's own and ours.
    const { evaluate, bucket } = await evaluationWorld({ latencyP99Ms: 2.5 });
    const { passed, reasons } = await evaluate();
    expect(passed).toBe(false);
    expect(reasons).toEqual(['p99 of 100 single predictions is 3 ms, but must be at most 2.5 ms']);
    expect(bucket.text(at('card.md'))).toContain('p99 of single predictions was above 2.5 ms');
  });

  it('stop a model that is too large', async () => {
    const { evaluate } = await evaluationWorld({ maxArtifactMb: 0.0001 });
    expect((await evaluate()).reasons).toEqual([
      expect.stringMatching(/^model\.onnx is 0\.000\d MB, but must be at most 0\.0001 MB$/),
    ]);
  });

  it('break the results down by slices and protected attributes, in report and card', async () => {
    const { evaluate, bucket } = await evaluationWorld({
      slices: [sliceSchema.parse({ feature: 'channel', minRows: 10 })],
      fairness: fairnessSchema.parse({
        attributes: [{ feature: 'channel' }],
        minGroupRows: 10,
        minDisparateImpact: 0,
      }),
    });
    await evaluate();
    const report = bucket.json(at('report.json')) as { slices: object[]; fairness: object[] };
    expect(report.slices).toContainEqual(
      expect.objectContaining({ set: 'validation', feature: 'channel', value: 'phone', metric: 'auc' }),
    );
    expect(report.fairness).toContainEqual(expect.objectContaining({ set: 'golden', attribute: 'channel' }));
    expect(bucket.text(at('card.md'))).toContain('golden.fairness.channel.disparateImpact');
  });
});

describe('an artifact that breaks its contract', () => {
  const good = trained();
  it.each([
    ['a model that does not load', { ...good, 'model.onnx': 'x' }, /model\.onnx: cannot be loaded/],
    [
      'a model that answers no number',
      { ...good, 'model.onnx': brokenModel(4) },
      /not with one finite score/,
    ],
    ['a model of another width', { ...good, 'model.onnx': logisticModel([1]) }, /takes 1 features/],
    [
      'a signature that is not the dataset’s',
      {
        ...good,
        'signature.json': JSON.stringify({
          ...shopSignature,
          features: shopSignature.features.map((f) =>
            f.kind === 'categorical' ? { ...f, vocabulary: ['web'] } : f,
          ),
        }),
      },
      /not the dataset's own: feature 3 \('channel'\) differs/,
    ],
    ['metrics that are no JSON', { ...good, 'metrics.json': 'NaN' }, /metrics\.json: is not JSON/],
    ['an environment without a seed', { ...good, 'environment.json': '{}' }, /environment\.json: .*seed/],
  ])('is refused: %s', async (_, files, message) => {
    const { evaluate, train, bucket, published } = await evaluationWorld();
    await train(files);
    await expect(evaluate()).rejects.toMatchObject({
      name: 'ArtifactInvalid',
      message: expect.stringMatching(message),
    });
    expect(bucket.keys('evaluations/')).toEqual([]);
    expect(published).toEqual([]);
  });

  it('is told apart when it is the champion’s', async () => {
    const { evaluate, crown, bucket } = await evaluationWorld();
    crown(logisticModel(tripled, -4));
    bucket.objects.get(keys.sealed('shop', 1, 'model.onnx'))![0] = {
      body: Buffer.from('x'),
      versionId: 'v1',
    };
    await expect(evaluate()).rejects.toMatchObject({
      name: 'ArtifactInvalid',
      message: expect.stringMatching(/^the champion, version 1: .* has sha256/),
    });
  });
});

describe('an input that is not valid', () => {
  it.each([
    ['a missing field', { ...INPUT, goldenVersion: undefined }],
    ['a model of another place', { ...INPUT, modelData: 's3://elsewhere/training/shop/model.tar.gz' }],
    ['a model of another model', { ...INPUT, modelData: 's3://artifacts/training/churn/model.tar.gz' }],
  ])('is refused: %s', async (_, input) => {
    const { evaluate } = await evaluationWorld();
    await expect(evaluate(input)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

it('a new golden version scores the champion anew: two versions are never compared across sets', async () => {
  const { evaluate, crown, bucket } = await evaluationWorld();
  crown(logisticModel(tripled, -4));
  const before = await evaluate();
  const renewed = 'golden-20261110-0123456789ab';
  bucket.put(keys.golden('shop', renewed, 'golden.parquet'), await goldenParquet(baskets(150, 9)));
  const after = await evaluate({ ...INPUT, goldenVersion: renewed });
  expect(after.metrics['golden.rows']).toBe(150);
  expect(after.metrics['champion.golden.rows']).toBe(150);
  // The same model as candidate and champion: equal on either set, though the sets give it different values.
  expect(after.metrics['champion.golden.auc']).toBe(after.metrics['golden.auc']);
  expect(after.metrics['champion.golden.auc']).not.toBe(before.metrics['champion.golden.auc']);
});
