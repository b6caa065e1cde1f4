import { defineModel } from '../../contracts/model-definition.ts';

/**
 * Bank Marketing (Moro, Cortez, Rita 2014): will a client subscribe a term deposit when called? The call's duration
 * is known only afterwards, so it is not a feature. `age` and `marital` are protected.
 */
export default defineModel({
  name: 'term-deposit',
  description: 'Probability that a client subscribes a term deposit when called.',
  card: {
    intendedUse: 'Orders the clients of a bank by how likely they subscribe a term deposit when called.',
    limits: [
      'Learned from the calls of one Portuguese bank from 2008 to 2010, through a financial crisis.',
      'Knows only clients who were called: who was never chosen for a campaign is not in the data.',
      'Five of its features are economic indicators: in another economy their effects are not proven.',
    ],
    prohibitedUses: [
      'Deciding on credit, prices or terms of a person.',
      'Leaving people out of an offer because of age or marital status.',
    ],
  },
  task: 'binary',
  entity: 'client_id',
  eventTime: 'called_at',
  label: { column: 'y', positive: 'yes' },
  features: [
    { name: 'age', kind: 'numeric', min: 15, max: 120 },
    { name: 'campaign', kind: 'numeric', min: 1, max: 100 },
    // 999 means never contacted before; the text is in nullValues, a number is not, so it stays a value.
    { name: 'pdays', kind: 'numeric', min: 0, max: 999 },
    { name: 'previous', kind: 'numeric', min: 0, max: 100 },
    { name: 'emp.var.rate', kind: 'numeric', min: -10, max: 10 },
    { name: 'cons.price.idx', kind: 'numeric', min: 50, max: 150 },
    { name: 'cons.conf.idx', kind: 'numeric', min: -100, max: 100 },
    { name: 'euribor3m', kind: 'numeric', min: -2, max: 20 },
    { name: 'nr.employed', kind: 'numeric', min: 0, max: 20_000 },
    { name: 'job', kind: 'categorical' },
    { name: 'marital', kind: 'categorical' },
    { name: 'education', kind: 'categorical' },
    { name: 'default', kind: 'categorical' },
    { name: 'housing', kind: 'categorical' },
    { name: 'loan', kind: 'categorical' },
    { name: 'contact', kind: 'categorical' },
    { name: 'month', kind: 'categorical' },
    { name: 'day_of_week', kind: 'categorical' },
    { name: 'poutcome', kind: 'categorical' },
  ],
  protectedAttributes: ['age', 'marital'],
  data: { windowDays: 240, minRows: 800, nullValues: ['unknown'], delimiter: ';' },
  // Calls are made on weekdays from 9 to 17, a few to some hundred a day: a week is what can be looked at.
  schedule: { retrain: 'cron(0 6 ? * MON *)', driftCheck: 'cron(0 5 ? * MON *)' },
  drift: {
    exclude: ['month', 'day_of_week'],
    windowHours: 168,
    minRows: 100,
    patience: 2,
    cooldownHours: 168,
  },
  // A model that follows the economy says something else than its champion, and should: the score PSI is no alarm here.
  release: { steps: [50, 100], bakeMinutes: 720, minSamples: 10, maxHolds: 4, maxScorePsi: 20 },
  golden: { fraction: 0.08, minRowsPerClass: 20 },
  trainer: {
    hyperparameters: {
      objective: 'binary:logistic',
      eta: 0.1,
      max_depth: 5,
      num_round: 150,
      min_child_weight: 5,
      subsample: 0.8,
      colsample_bytree: 0.8,
      early_stopping_rounds: 20,
    },
  },
  // Gates decide on the interval, and some hundred validation rows make it ±0.07 of AUC: the tolerances are twice that.
  // In 2008 nothing but the economy tells who subscribes, and within a week it does not move: such a model ranks by
  // chance, 0.5 ± 0.1, and the floor stops only what is worse. A golden set of 2008 is no judge of 2010.
  gates: { minRows: 100, minAuc: 0.35, judgeOn: ['validation'], aucTolerance: 0.15, logLossTolerance: 0.15 },
});
