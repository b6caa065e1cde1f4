/** A training that cannot be done, said in one sentence that a person can act on; it becomes `/opt/ml/output/failure`. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}
