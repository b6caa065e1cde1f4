import { join } from 'node:path';
import { NotSupportedLocally } from '../../types.ts';
import { jobOf, operations } from './api.ts';
import type { Job } from './job.ts';
import type { SageMakerService } from './service.ts';

export type { SageMakerService } from './service.ts';

export interface SageMakerOptions {
  /** The training program. @default the embedded trainer */
  readonly command?: readonly string[];
  /** Real seconds after which a training process counts as hung. @default 600 */
  readonly wallSeconds?: number;
}

const EMBEDDED_TRAINER = join(import.meta.dirname, '../../../trainer/main.ts');

/** Amazon SageMaker: training jobs, whose containers are processes here. */
export function createSageMaker(options: SageMakerOptions = {}): SageMakerService {
  const jobs = new Map<string, Job>();
  const faults = new Set<{ left: number; match: (jobName: string) => boolean }>();
  return {
    name: 'sagemaker',
    protocol: 'json',
    operations: operations(jobs, {
      command: options.command ?? [process.execPath, EMBEDDED_TRAINER],
      wallSeconds: options.wallSeconds ?? 600,
      interrupted(jobName) {
        const fault = [...faults].find((f) => f.left > 0 && f.match(jobName));
        if (fault) fault.left--;
        return fault !== undefined;
      },
    }),
    resources: [],
    async ended(trainingJobName) {
      await jobOf(jobs, trainingJobName).ended;
    },
    async tuningEnded(tuningJobName) {
      throw new NotSupportedLocally(`waiting for SageMaker tuning job ${tuningJobName}`);
    },
    interruptTraining(times, match = () => true) {
      const fault = { left: times, match };
      faults.add(fault);
      return () => faults.delete(fault);
    },
  };
}
