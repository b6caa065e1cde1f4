import type { Service } from '../../types.ts';
import type { TrainingRequest } from './request.ts';

/** SageMaker, as other services of this cloud and the rehearsal know it. */
export interface SageMakerService extends Service {
  /** Resolves when the training job has ended, however it did. @throws AwsError ResourceNotFound */
  ended(trainingJobName: string): Promise<void>;
  /** Resolves when the tuning job has ended, however it did. @throws AwsError ResourceNotFound */
  tuningEnded(tuningJobName: string): Promise<void>;
  /**
   * A fault: the next `times` attempts of training (of jobs for which `match` holds) lose their instance at their first
   * metric. Managed spot jobs go on from their checkpoints; others fail. The returned function takes the fault back.
   */
  interruptTraining(times: number, match?: (jobName: string) => boolean): () => void;
  /**
   * A fault: the next `times` training jobs (of those for which `match` holds) find no instances. With `CapacityError`
   * they begin, trials of a search too, and fail unbilled; with `ResourceLimitExceeded` CreateTrainingJob refuses them
   * for the account's quota. The returned function takes the fault back.
   */
  lackInstances(
    times: number,
    how: 'CapacityError' | 'ResourceLimitExceeded',
    match?: (request: TrainingRequest) => boolean,
  ): () => void;
}
