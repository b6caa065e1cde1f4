import { join } from 'node:path';
import { jobOf, operations, startJob } from './api.ts';
import { Faults } from './faults.ts';
import type { Job } from './job.ts';
import type { TrainingRequest } from './request.ts';
import type { SageMakerService } from './service.ts';
import { tuningJobOf, tuningOperations } from './tuning/api.ts';
import type { TuningJob } from './tuning/job.ts';

export type { SageMakerService } from './service.ts';

export interface SageMakerOptions {
  /** The training program. @default the embedded trainer */
  readonly command?: readonly string[];
  /** Real seconds after which a training process counts as hung. @default 600 */
  readonly wallSeconds?: number;
}

const EMBEDDED_TRAINER = join(import.meta.dirname, '../../../trainer/main.ts');

/** Amazon SageMaker: training jobs, whose containers are processes here, and searches over them. */
export function createSageMaker(options: SageMakerOptions = {}): SageMakerService {
  const jobs = new Map<string, Job>();
  const interruptions = new Faults<string>();
  const shortages = new Faults<TrainingRequest>();
  const quotas = new Faults<TrainingRequest>();
  const tuningJobs = new Map<string, TuningJob>();
  const start = startJob(jobs, {
    command: options.command ?? [process.execPath, EMBEDDED_TRAINER],
    wallSeconds: options.wallSeconds ?? 600,
    interrupted: (jobName) => interruptions.strikes(jobName),
    withoutCapacity: (request) => shortages.strikes(request),
  });
  return {
    name: 'sagemaker',
    protocol: 'json',
    operations: {
      ...operations(jobs, start, (request) => quotas.strikes(request)),
      ...tuningOperations(tuningJobs, start),
    },
    resources: [],
    async ended(trainingJobName) {
      await jobOf(jobs, trainingJobName).ended;
    },
    async tuningEnded(tuningJobName) {
      await tuningJobOf(tuningJobs, tuningJobName).ended;
    },
    interruptTraining: (times, match = () => true) => interruptions.lay(times, match),
    lackInstances: (times, how, match = () => true) =>
      (how === 'CapacityError' ? shortages : quotas).lay(times, match),
  };
}
