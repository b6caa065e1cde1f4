/**
 * Names of errors that cross a boundary: a handler throws it, a state machine names it in `Retry` or `Catch`.
 * The test of the state machines checks that every name they catch is here or is one of AWS's own.
 */
export const ERRORS = {
  // dataset
  EmptyWindow: 'the window holds no raw files or no rows',
  DatasetRejected: 'a data gate failed: too few rows, too many rejects or nulls',
  GoldenTooSmall: 'the window holds too few rows a class for a golden set',
  // training
  BudgetExceeded: "the worst case of the training is more than what is left of the month's budget",
  CapacityExhausted: 'none of the instance types could be had',
  TuningFailed: 'no trial gave a model, or too many failed',
  // evaluation
  ArtifactInvalid:
    'the trained artifact is incomplete, does not match its hash or signature, or does not run',
  GateFailed: 'the candidate failed a gate',
  // release
  ReleaseInProgress: 'another release or rollback of this model is running',
  VersionNotFound: 'no such version is registered',
  VersionNotReleasable: 'the version is rejected, rolled back or archived',
  NothingToRelease: 'no registered version is newer than the champion',
  SmokeTestFailed: 'the published version does not answer as it did at evaluation',
  ShadowFailed: 'the candidate failed on replayed live traffic',
  ArtifactUnreadable: 'the artifact could not be read from its store: refused, throttled or down',
  ReleaseStopped: 'the execution of the release ended without a word; what `release.failed` says of it',
  ApprovalRefused: 'a person refused the release; what an approver fails the task token with',
  ReleaseUndecided: 'the judge held too often: too few samples to promote on',
  RollBackVerdict: 'the judge asks for a roll-back',
  ReleaseSuperseded: 'the release was ended by a rollback',
  // registry
  ConcurrentChange: 'the pointers changed in between; read again',
  InvalidInput: 'the input of the step is not valid',
  CardIncomplete: 'the model card lacks something that it must tell',
  RunNotReproducible: 'the run to repeat is not recorded, or was never evaluated',
  StatusNotAllowed: 'a version may not go from its status to that one',
} as const;
export type ErrorName = keyof typeof ERRORS;

/** An error that is part of a contract: `name` is what state machines and callers match on. */
export class CoalmineError extends Error {
  override readonly name: ErrorName;
  constructor(name: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}
