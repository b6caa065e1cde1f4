/** Metrics in the namespace `Coalmine`, emitted as EMF. */
export const METRICS = {
  /** Dimensions model and slot. */
  predictions: 'Predictions',
  errors: 'Errors',
  /** Milliseconds from the parsed request to the ready answer. */
  latency: 'Latency',
  degraded: 'Degraded',
  invalidRequests: 'InvalidRequests',
  score: 'Score',
  /** Dimension model. */
  driftMaxPsi: 'DriftMaxPsi',
  driftedFeatures: 'DriftedFeatures',
  nullRate: 'NullRate',
  goldenAuc: 'GoldenAuc',
  liveAuc: 'LiveAuc',
  /** 1 when a retrain succeeded, 0 when it did not. */
  retrainRuns: 'RetrainRuns',
  retrainFailures: 'RetrainFailures',
  /**
   * Hours since the last successful retrain, written by each drift check: an alarm cannot look back 8 days itself
   * (CloudWatch evaluates at most 7), so the age is the metric.
   */
  hoursSinceRetrain: 'HoursSinceRetrain',
  rollbackSeconds: 'RollbackSeconds',
  /** Share of traffic of the candidate, percent. */
  candidateWeight: 'CandidateWeight',
} as const;
export type MetricName = (typeof METRICS)[keyof typeof METRICS];
export const DIMENSIONS = { model: 'model', slot: 'slot' } as const;
