import { defineModel } from '../../contracts/model-definition.ts';

/**
 * Adult (Census Income 1994; Becker and Kohavi, UCI repository): does a person earn more than 50,000 dollars a year? The
 * real case for fairness: the file's men earn it three times as often as its women, and a plain model says so of them.
 * `fnlwgt` is a survey weight, not a feature. The file has no time; it is read as if its rows had come evenly spread.
 */
export default defineModel({
  name: 'adult-income',
  description: 'Probability that a person earns more than 50,000 dollars a year.',
  card: {
    intendedUse: 'Shows what the fairness gate does on real data; nothing is decided by it.',
    limits: [
      'Data of the United States census of 1994: incomes and occupations of today are not in it.',
      'Rows are a survey sample that is not weighted here.',
    ],
    prohibitedUses: ['Any decision about a person: credit, employment, housing, insurance.'],
  },
  task: 'binary',
  entity: 'person_id',
  eventTime: 'asked_at',
  label: { column: 'income', positive: '>50K' },
  features: [
    { name: 'age', kind: 'numeric', min: 0, max: 120 },
    { name: 'workclass', kind: 'categorical' },
    { name: 'education', kind: 'categorical' },
    { name: 'education-num', kind: 'numeric', min: 0, max: 20 },
    { name: 'marital-status', kind: 'categorical' },
    { name: 'occupation', kind: 'categorical' },
    { name: 'relationship', kind: 'categorical' },
    { name: 'race', kind: 'categorical' },
    { name: 'sex', kind: 'categorical' },
    { name: 'capital-gain', kind: 'numeric', min: 0 },
    { name: 'capital-loss', kind: 'numeric', min: 0 },
    { name: 'hours-per-week', kind: 'numeric', min: 0, max: 168 },
    { name: 'native-country', kind: 'categorical' },
  ],
  protectedAttributes: ['sex', 'race', 'age'],
  data: { windowDays: 30, minRows: 5000, nullValues: ['?'] },
  golden: { fraction: 0.1, minRowsPerClass: 200 },
  schedule: { retrain: 'cron(0 6 20 * ? *)', driftCheck: 'cron(0 8 ? * MON *)' },
  trainer: {
    hyperparameters: {
      objective: 'binary:logistic',
      eta: 0.1,
      max_depth: 5,
      num_round: 120,
      min_child_weight: 5,
      subsample: 0.8,
      colsample_bytree: 0.8,
      early_stopping_rounds: 20,
    },
  },
  gates: {
    minRows: 1000,
    minAuc: 0.88,
    slices: [{ feature: 'sex' }, { feature: 'age', edges: [30, 45, 60] }],
    fairness: {
      attributes: [{ feature: 'sex' }, { feature: 'race' }, { feature: 'age', edges: [30, 45, 60] }],
      minGroupRows: 150,
    },
  },
});
