import { expect, it } from 'vitest';
import { defineModel, InvalidModelDefinition } from '../../contracts/model-definition.ts';
import fraud from '../../models/fraud/model.ts';
import { loadModels } from '../../models/index.ts';

it('a definition gets the seeds of practice as defaults', () => {
  expect(fraud.release.steps).toEqual([10, 50, 100]);
  expect(fraud.alarms).toEqual({ errorRate: 0.02, p99Ms: 500, minutes: 5 });
  expect(fraud.drift.psi).toBe(0.2);
  expect(fraud.release.rollbackWindowHours).toBe(24);
});

it('an invalid definition names the model and every invalid field', () => {
  const wrong = () =>
    defineModel({
      name: 'fraud',
      description: 'x',
      task: 'binary',
      entity: 'id',
      eventTime: 'at',
      label: { column: 'y' },
      features: [{ name: 'y', kind: 'numeric', min: 3, max: 1 }],
      release: { steps: [50, 10] },
    });
  expect(wrong).toThrow(InvalidModelDefinition);
  expect(wrong).toThrow(/model 'fraud'/);
  for (const field of [
    'release.steps.1',
    'features.0.min',
    'features: the label',
    'the last step must be 100',
  ])
    expect(wrong).toThrow(field);
});

it('groups that gates name must be features, numeric ones with edges between them', () => {
  const wrong = () =>
    defineModel({
      name: 'demo',
      description: 'x',
      task: 'binary',
      entity: 'id',
      eventTime: 'at',
      label: { column: 'y' },
      features: [
        { name: 'age', kind: 'numeric' },
        { name: 'sex', kind: 'categorical' },
      ],
      gates: {
        slices: [{ feature: 'colour' }, { feature: 'age' }, { feature: 'sex', edges: [1] }],
        fairness: { attributes: [{ feature: 'age', edges: [40, 30] }] },
      },
    });
  for (const sentence of [
    "gates.slices.0: 'colour' is not a feature",
    "gates.slices.1: 'age' is numeric: name the edges between its groups",
    "gates.slices.2: 'sex' is categorical: its groups are its values, not edges",
    'gates.fairness.attributes.0: edges must rise',
  ])
    expect(wrong).toThrow(sentence);
});

it('gates may only name metrics that a model of its task has', () => {
  const demo = (task: 'binary' | 'ranking', gates: object) => () =>
    defineModel({
      name: 'demo',
      description: 'x',
      task,
      entity: 'id',
      eventTime: 'at',
      label: { column: 'y' },
      features: [{ name: 'sex', kind: 'categorical' }],
      gates,
    });
  const ranked = { floors: { ndcg: { min: 0.3 } }, notWorseBy: { map: 0.01 }, betterBy: { coverage: 0 } };
  expect(demo('ranking', { ...ranked, slices: [{ feature: 'sex', metric: 'ndcg' }] })).not.toThrow();
  expect(demo('binary', ranked)).toThrow(
    /gates\.floors\.ndcg: 'ndcg' is no metric of binary models; theirs are auc, .*gates\.notWorseBy\.map: .*gates\.betterBy\.coverage: /s,
  );
  expect(demo('ranking', { slices: [{ feature: 'sex' }] })).toThrow(
    "gates.slices.0.metric: 'auc' is no metric of ranking models; theirs are ndcg, map, coverage, longTailLift",
  );
  expect(demo('ranking', { fairness: { attributes: [{ feature: 'sex' }] } })).toThrow(
    'gates.fairness: is judged on decisions, which ranking models do not make',
  );
});

it('every model of the project keeps what the definition asks for', async () => {
  const names = (await loadModels()).map((m) => m.name);
  expect(names).toEqual(expect.arrayContaining(['adult-income', 'credit', 'fraud', 'term-deposit']));
});

it('a trainer must have prices for its budget, and ranges that can be searched', () => {
  const wrong = () =>
    defineModel({
      name: 'demo',
      description: 'x',
      task: 'binary',
      entity: 'id',
      eventTime: 'at',
      label: { column: 'y' },
      features: [{ name: 'a', kind: 'numeric' }],
      trainer: {
        fallbackInstanceTypes: ['ml.unheard.of'],
        maxHours: 9,
        tuning: {
          maxTrials: 2,
          parallel: 3,
          ranges: {
            eta: { kind: 'continuous', min: 0, max: 0.3, scale: 'logarithmic' },
            max_depth: { kind: 'integer', min: 9, max: 3 },
          },
        },
      },
    });
  for (const issue of [
    'trainer.hourlyPriceUsd: no price of ml.unheard.of is known',
    'trainer.maxWaitHours: must be at least',
    'trainer.tuning.parallel: must be at most',
    'trainer.tuning.ranges.eta: a logarithmic range begins above 0',
    'trainer.tuning.ranges.max_depth: min 9 must be below max 3',
  ])
    expect(wrong).toThrow(issue);
});

it('a budget must suffice for one training at its worst, every trial of a search counted', () => {
  const trained = (trainer: object) => () =>
    defineModel({
      name: 'demo',
      description: 'x',
      task: 'binary',
      entity: 'id',
      eventTime: 'at',
      label: { column: 'y' },
      features: [{ name: 'a', kind: 'numeric' }],
      trainer: { hourlyPriceUsd: 2, maxHours: 3, ...trainer },
    });
  expect(trained({ monthlyBudgetUsd: 6 })).not.toThrow();
  expect(trained({ monthlyBudgetUsd: 5.99 })).toThrow(
    'trainer.monthlyBudgetUsd: 5.99 USD never suffice for one training, which may cost up to 6.00',
  );
  const ranges = { eta: { kind: 'continuous', min: 0.01, max: 0.3 } };
  expect(trained({ monthlyBudgetUsd: 59, tuning: { maxTrials: 10, ranges } })).toThrow('up to 60.00');
});
