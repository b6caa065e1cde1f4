import { defineModel } from '../../contracts/model-definition.ts';

/**
 * Consumer credit: will an applicant repay? A model whose decisions people live with, so it changes only for one that is
 * surely better, in no region worse, and fair.
 */
export default defineModel({
  name: 'credit',
  description: 'Probability that an applicant repays a consumer loan.',
  card: {
    intendedUse:
      'Orders loan applications for a clerk, who decides; a score below one half asks for securities.',
    limits: [
      'Trained on applicants who got a loan: it knows nothing of those who were refused.',
      'The synthetic world it is rehearsed on has two groups and four regions, not the variety of people.',
    ],
    prohibitedUses: [
      'Refusing an application without a person.',
      'Prices of insurance, employment, housing.',
    ],
  },
  task: 'binary',
  entity: 'applicant_id',
  eventTime: 'applied_at',
  label: { column: 'repaid', positive: 1 },
  features: [
    { name: 'income', kind: 'numeric', min: 0, max: 1_000_000, onNull: 'reject' },
    { name: 'debt_ratio', kind: 'numeric', min: 0, max: 5 },
    { name: 'late_payments', kind: 'numeric', min: 0, max: 100 },
    { name: 'years_employed', kind: 'numeric', min: 0, max: 60 },
    { name: 'district_index', kind: 'numeric', min: 0, max: 1 },
    { name: 'collection_calls', kind: 'numeric', min: 0, max: 100 },
    { name: 'channel', kind: 'categorical', maxCategories: 10 },
    { name: 'region', kind: 'categorical', maxCategories: 20 },
    { name: 'group', kind: 'categorical', maxCategories: 10 },
  ],
  protectedAttributes: ['group'],
  data: { windowDays: 14, minRows: 2000, maxNullRateOf: { collection_calls: 1 } },
  golden: { fraction: 0.08, minRowsPerClass: 100 },
  schedule: { retrain: 'cron(0 6 20 * ? *)', driftCheck: 'cron(0 8 ? * MON *)' },
  trainer: {
    hyperparameters: {
      objective: 'binary:logistic',
      eta: 0.15,
      max_depth: 4,
      num_round: 60,
      min_child_weight: 5,
      subsample: 0.8,
      colsample_bytree: 0.8,
      early_stopping_rounds: 15,
    },
  },
  gates: {
    // What applicants are like changes with the economy: the newest rows are the judge.
    judgeOn: ['validation'],
    minRows: 300,
    minAuc: 0.6,
    aucTolerance: 0.02,
    logLossTolerance: 0.02,
    betterBy: { auc: 0.01 },
    slices: [{ feature: 'region', tolerance: 0.05 }],
    fairness: { attributes: [{ feature: 'group' }] },
  },
});
