import { defineModel } from '../../contracts/model-definition.ts';

/** Card-payment fraud: the score is the probability that a payment is disputed as fraud. */
export default defineModel({
  name: 'fraud',
  description: 'Probability that a card payment is fraudulent, at the moment of authorisation.',
  card: {
    intendedUse:
      'Scores a card payment at its authorisation, so that the riskiest are checked before they are paid.',
    limits: [
      'Trained on the payments of the last eight weeks: a kind of fraud that is newer is not known to it.',
      'A payment counts as fraud when it is disputed: fraud that nobody disputes is learned as honest.',
      'Cards and merchant categories without history are scored with less certainty.',
    ],
    prohibitedUses: [
      'Refusing a payment or blocking a card without a person or a second check.',
      'Judging people: creditworthiness, employment, insurance.',
    ],
  },
  task: 'binary',
  entity: 'card_id',
  eventTime: 'event_time',
  label: { column: 'is_fraud', positive: 1 },
  inputs: ['event_time'],
  features: [
    { name: 'amount', kind: 'numeric', min: 0, max: 50_000, onNull: 'reject' },
    { name: 'card_avg_amount', kind: 'numeric', min: 0, max: 50_000 },
    { name: 'amount_ratio', kind: 'numeric', onDemand: true },
    { name: 'card_age_days', kind: 'numeric', min: 0, max: 36_500 },
    { name: 'tx_last_hour', kind: 'numeric', min: 0, max: 1000, onNull: { default: 0 } },
    { name: 'tx_last_day', kind: 'numeric', min: 0, max: 10_000, onNull: { default: 0 } },
    { name: 'minutes_since_last', kind: 'numeric', min: 0 },
    { name: 'distance_km', kind: 'numeric', min: 0, max: 20_100 },
    { name: 'failed_pins', kind: 'numeric', min: 0, max: 100, onNull: { default: 0 } },
    { name: 'merchant_risk', kind: 'numeric', min: 0, max: 1 },
    { name: 'is_foreign', kind: 'numeric', min: 0, max: 1, onNull: { default: 0 } },
    { name: 'hour', kind: 'numeric', min: 0, max: 23, onDemand: true },
    { name: 'merchant_category', kind: 'categorical', maxCategories: 40 },
    { name: 'channel', kind: 'categorical', maxCategories: 10 },
    { name: 'country', kind: 'categorical', maxCategories: 60 },
    { name: 'device', kind: 'categorical', maxCategories: 20 },
    { name: 'card_type', kind: 'categorical', maxCategories: 10 },
  ],
  data: { windowDays: 56, minRows: 5000, maxRejectRate: 0.05, maxNullRate: 0.3 },
  // 2 % of payments are fraud: this share of the cards gives some 220 of them in eight weeks at 1,000 payments a day.
  golden: { fraction: 0.2, minRowsPerClass: 150 },
  schedule: { retrain: 'cron(0 6 ? * WED *)', driftCheck: 'cron(0 8 * * ? *)' },
  trainer: {
    hyperparameters: {
      objective: 'binary:logistic',
      eta: 0.15,
      max_depth: 6,
      num_round: 120,
      min_child_weight: 5,
      subsample: 0.8,
      colsample_bytree: 0.8,
      lambda: 1,
      early_stopping_rounds: 20,
    },
  },
  drift: { exclude: ['hour'] },
  // A validation split holds some 130 frauds: the AUC of one model has a standard error of about 0.015 there.
  gates: { minRows: 500, minAuc: 0.8, aucTolerance: 0.03, logLossTolerance: 0.01 },
  // A release train: what was registered during the week goes out on Friday morning.
  release: { start: { schedule: 'cron(0 10 ? * FRI *)' } },
});
