import { describe, expect, it } from 'vitest';
import { modelCardSchema } from '../../contracts/card.ts';
import { defineModel } from '../../contracts/model-definition.ts';
import type { RunItem } from '../../contracts/registry.ts';
import type { Evidence } from '../../contracts/steps.ts';
import { cardFiles, completeCard, requireWrittenParts } from '../../lambdas/registry/card.ts';
import { costOf } from '../../lambdas/registry/cost.ts';
import { lineageOf } from '../../lambdas/registry/lineage.ts';
import { reproductionOf } from '../../lambdas/registry/repeat.ts';
import { sha256 } from '../../lambdas/shared/clients.ts';
import { definition, draft, evaluatedContents, training } from './fixtures.ts';

const run: RunItem = {
  model: 'fraud',
  run: 'run-1',
  startedAt: '2026-11-18T06:00:00.000Z',
  reason: 'weekly',
  by: 'schedule',
  execution: 'arn',
  commit: '0123abc',
  hyperparameters: { eta: '0.1', seed: '7' },
  outcome: null,
  endedAt: null,
  datasetVersion: null,
  version: null,
  metrics: null,
  error: null,
};
const evidence: Evidence = {
  datasetVersion: 'ds-20261118-000000000000',
  goldenVersion: 'golden-20261118-000000000000',
  featureSpecHash: 'hash',
  training,
  evaluatedAt: '2026-11-18T06:30:00.000Z',
  evaluation: {
    passed: true,
    reasons: [],
    metrics: {},
    report: 'r',
    champion: null,
    files: { 'model.onnx': { key: 'k', versionId: 'v', sha256: sha256('a model') } },
  },
};
const found = {
  environment: JSON.parse(evaluatedContents['environment.json']!),
  metrics: JSON.parse(evaluatedContents['metrics.json']!),
  manifestSha256: sha256('the manifest'),
};
const lineage = (more: Partial<RunItem> = {}, facts: Partial<typeof training> = {}) =>
  lineageOf({ definition }, { ...run, ...more }, { ...evidence, training: { ...training, ...facts } }, found);

describe('the lineage of a run', () => {
  it('tells what the run was made from and by, with metrics of every epoch', () => {
    expect(lineage()).toMatchObject({
      commit: '0123abc',
      clean: true,
      dataset: { version: 'ds-20261118-000000000000', manifestSha256: sha256('the manifest') },
      hyperparameters: { eta: '0.1', seed: '7' },
      seed: 7,
      packages: { node: '24' },
      metrics: { epochs: [{ epoch: 1 }] },
      job: { name: 'job-1', billableSeconds: 60 },
      seconds: 1800,
      by: 'schedule',
    });
  });

  it('tells a tree with changes from a clean one, and from one that nobody told of', () => {
    expect(lineage({ commit: '0123abc-dirty' })).toMatchObject({ commit: '0123abc', clean: false });
    const unknown = lineage({ commit: 'unknown' });
    expect([unknown.clean, unknown.unknown['commit']]).toEqual([null, expect.stringContaining('not given')]);
  });

  it('has the digest of an image that is named by it, and says why it has none of another', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(lineage({}, { image: `account/image@${digest}` }).container.digest).toBe(digest);
    const tagged = lineage();
    expect([tagged.container.digest, tagged.unknown['digest']]).toEqual([
      null,
      expect.stringContaining('tag'),
    ]);
  });
});

describe('the cost of a training job', () => {
  it('is the billed time at the price of its instances', () => {
    // Half an hour of two ml.g5.xlarge at 1.408 USD an hour.
    expect(costOf(definition.trainer, 1800, 'ml.g5.xlarge', 2)).toEqual({ usd: 1.408 });
    expect(costOf({ ...definition.trainer, hourlyPriceUsd: 2 }, 3600, 'ml.g5.xlarge', 1)).toEqual({ usd: 2 });
  });

  it('is not guessed where the price or the billed time is not known', () => {
    expect(costOf(definition.trainer, 60, 'ml.unheard.of', 1)).toMatchObject({
      usd: null,
      why: expect.stringContaining('trainer.hourlyPriceUsd'),
    });
    expect(costOf(definition.trainer, null, 'ml.g5.xlarge', 1).usd).toBeNull();
  });
});

describe('the card of a version', () => {
  it('is complete by evaluation and lineage, and the same for the same run', () => {
    const card = completeCard(draft, 3, lineage());
    expect(modelCardSchema.parse(JSON.parse(cardFiles(card)['card.json'].toString()))).toEqual(card);
    const again = completeCard(draft, 3, lineage());
    expect(cardFiles(again)).toEqual(cardFiles(card));
  });

  it('tells people what it is for, what it is not for, and what it was made from', () => {
    const text = cardFiles(completeCard(draft, 3, lineage()))['card.md'].toString();
    for (const part of [
      '# fraud version 3',
      '## Prohibited uses\n\n- anything else',
      '## Fairness\n\nnone named',
      '| commit | 0123abc, working tree clean |',
      `| manifest sha256 | ${sha256('the manifest')} |`,
      '| node | 24 |',
      '- digest: the image is named by its tag',
    ])
      expect(text).toContain(part);
  });

  it('is refused with everything that it lacks', () => {
    const bare = { ...draft, limits: [], gates: [], fairness: { results: [], reason: null } };
    expect(() => completeCard(bare, 1, lineage())).toThrow(/limits: .*fairness: holds neither.*gates: /s);
    expect(() => completeCard(null, 1, lineage())).toThrow(/model: .*data: .*metrics: /s);
  });

  it('is refused when a number lacks without a reason, in total or in a slice', () => {
    const nothing = { ...draft, metrics: { 'golden.precision': null } };
    expect(() => completeCard(nothing, 1, lineage())).toThrow(
      'golden.precision is null, and no reason is given',
    );
    const why = { 'golden.precision': 'no row is predicted positive' };
    const card = completeCard({ ...nothing, unknown: why }, 1, lineage());
    expect(cardFiles(card)['card.md'].toString()).toContain(
      '- golden.precision: no row is predicted positive',
    );
    const slice = { feature: 'golden: sex', value: 'f', rows: 1, metrics: { auc: null } };
    const sliced = { ...draft, slices: { results: [slice], reason: null } };
    expect(() => completeCard(sliced, 1, lineage())).toThrow('golden: sex = f, auc is null');
  });

  it('is refused before training when the definition says nothing for it', () => {
    expect(() => requireWrittenParts(definition)).not.toThrow();
    const silent = defineModel({
      name: 'silent',
      description: 'says nothing',
      task: 'binary',
      entity: 'e',
      eventTime: 't',
      label: { column: 'y' },
      features: [{ name: 'a', kind: 'numeric' }],
    });
    expect(() => requireWrittenParts(silent)).toThrow(
      'the definition of silent must fill in card.intendedUse, card.limits, card.prohibitedUses',
    );
  });
});

describe('a run that was repeated', () => {
  const recorded = { run: 'run-1', lineage: lineage() };
  const repeat = (model: string, facts = training, commit = '0123abc') =>
    reproductionOf(
      recorded,
      { 'model.onnx': Buffer.from(model), 'metrics.json': Buffer.from('m') },
      facts,
      commit,
    );

  it('is equal when its model has the recorded bytes, whatever other files say', () => {
    const { equal, files, differences } = repeat('a model');
    expect([equal, differences]).toEqual([true, []]);
    expect(files).toMatchObject([
      { file: 'model.onnx', equal: true },
      { file: 'metrics.json', recorded: null, equal: false },
    ]);
    expect(repeat('another model').equal).toBe(false);
  });

  it('names the inputs that are no longer the recorded ones', () => {
    const { differences } = repeat(
      'a model',
      { ...training, source: 's3://assets/def.tar.gz' },
      '4567def-dirty',
    );
    expect(differences).toEqual([
      'training program: s3://assets/abc.tar.gz then, s3://assets/def.tar.gz now',
      'commit: 0123abc then, 4567def now',
    ]);
  });
});
