import { isNamed } from '../shared/errors.ts';

/**
 * Whether a call of a published version failed for a reason that tells nothing about the version: it was throttled, or
 * its store was. The state machine tries again, and if that does not help, the version may be released later.
 */
export const isInnocent = (error: unknown): boolean =>
  isNamed(error, 'TooManyRequestsException', 'ArtifactUnreadable');
