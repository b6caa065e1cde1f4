import { expect, it } from 'vitest';
import { defineModel, InvalidModelDefinition } from '../../contracts/model-definition.ts';
import fraud from '../../models/fraud/model.ts';

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
