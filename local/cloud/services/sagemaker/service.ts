import type { Service } from '../../types.ts';

/** SageMaker, as other services of this cloud and the rehearsal know it. */
export interface SageMakerService extends Service {
  /** Resolves when the training job has ended, however it did. @throws AwsError ValidationException */
  ended(trainingJobName: string): Promise<void>;
}
