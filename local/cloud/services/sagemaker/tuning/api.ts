import { createRandom } from '../../../random.ts';
import { type Access, AwsError, type Cloud, type Operation } from '../../../types.ts';
import { arnOf } from '../../common.ts';
import type { Job } from '../job.ts';
import type { TrainingRequest } from '../request.ts';
import { TuningJob } from './job.ts';
import { parseTuningRequest, type TuningRequest } from './request.ts';
import { drawTrials } from './search.ts';

type Start = (cloud: Cloud, request: TrainingRequest) => Job;

const arnFor = (cloud: Cloud, name: unknown): string =>
  arnOf(cloud, 'sagemaker', `hyper-parameter-tuning-job/${String(name).toLowerCase()}`);

export function tuningJobOf(jobs: ReadonlyMap<string, TuningJob>, name: unknown): TuningJob {
  const job = jobs.get(String(name));
  if (job) return job;
  throw new AwsError('ResourceNotFound', `Requested resource not found: tuning job '${name}'`);
}

/** The request of one trial, as SageMaker makes it of the definition that all have alike. */
function trialRequest(
  { HyperParameterTuningJobConfig: config, TrainingJobDefinition }: TuningRequest,
  name: string,
  tuned: Readonly<Record<string, string>>,
): TrainingRequest {
  const { StaticHyperParameters, ...definition } = TrainingJobDefinition;
  return {
    ...definition,
    TrainingJobName: name,
    HyperParameters: {
      _tuning_objective_metric: config.HyperParameterTuningJobObjective.MetricName,
      ...StaticHyperParameters,
      ...tuned,
    },
    Tags: [],
  };
}

/** Runs the trials of a search, so many side by side as it says, and ends it. */
async function search(cloud: Cloud, tuning: TuningJob, start: Start, seed: number): Promise<void> {
  const { HyperParameterTuningJobConfig: config } = tuning.request;
  const { MaxNumberOfTrainingJobs: most, MaxParallelTrainingJobs: parallel } = config.ResourceLimits;
  const names = createRandom(seed, `names of ${tuning.name}`);
  const running = new Set<Promise<unknown>>();
  for (const [i, tuned] of drawTrials(config.ParameterRanges, most, seed, tuning.name).entries()) {
    while (running.size >= parallel) await cloud.clock.suspend(Promise.race(running));
    if (tuning.status !== 'InProgress') break;
    // SageMaker names trials after the search, their number and something unique.
    const name = `${tuning.name}-${String(i + 1).padStart(3, '0')}-${names.hex(8)}`;
    const job = start(cloud, trialRequest(tuning.request, name, tuned));
    tuning.trials.push({ job, tuned });
    const ended: Promise<unknown> = job.ended.then(() => running.delete(ended));
    running.add(ended);
  }
  while (running.size > 0) await cloud.clock.suspend(Promise.race(running));
  tuning.end();
}

function createAccess(input: Record<string, unknown>, cloud: Cloud): Access[] {
  const resource = arnFor(cloud, input['HyperParameterTuningJobName']);
  const definition = input['TrainingJobDefinition'] as Record<string, unknown> | undefined;
  const tagged = Array.isArray(input['Tags']) && input['Tags'].length > 0;
  return [
    { action: 'sagemaker:CreateHyperParameterTuningJob', resource },
    {
      action: 'iam:PassRole',
      resource: String(definition?.['RoleArn']),
      context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    },
    ...(tagged ? [{ action: 'sagemaker:AddTags', resource }] : []),
  ];
}

const SORTED = {
  Name: 'TrainingJobName',
  CreationTime: 'CreationTime',
  Status: 'TrainingJobStatus',
} as const;

/**
 * The operations of SageMaker's hyperparameter tuning. The strategy is random search, whatever is asked for; early
 * stopping is taken and stops nothing.
 * @param start makes a training job and runs it
 */
export function tuningOperations(jobs: Map<string, TuningJob>, start: Start): Record<string, Operation> {
  const onJob =
    (action: string) =>
    (input: Record<string, unknown>, cloud: Cloud): Access[] => [
      { action: `sagemaker:${action}`, resource: arnFor(cloud, input['HyperParameterTuningJobName']) },
    ];
  return {
    CreateHyperParameterTuningJob: {
      access: createAccess,
      run: (input, { cloud }) => {
        const request = parseTuningRequest(input);
        const name = request.HyperParameterTuningJobName;
        if (jobs.has(name))
          throw new AwsError('ResourceInUse', `Tuning job names must be unique: '${name}' exists already`);
        const tuning = new TuningJob(cloud, arnFor(cloud, name), request);
        jobs.set(name, tuning);
        // Without a seed of its own a search is as random as the rest of the rehearsal.
        const seed = request.HyperParameterTuningJobConfig.RandomSeed;
        cloud.clock.spawn(`tuning job ${name}`, () =>
          search(cloud, tuning, start, seed ?? Math.floor(cloud.random.next() * 2 ** 31)),
        );
        return { HyperParameterTuningJobArn: tuning.arn };
      },
    },
    DescribeHyperParameterTuningJob: {
      access: onJob('DescribeHyperParameterTuningJob'),
      run: (input) => tuningJobOf(jobs, input.HyperParameterTuningJobName).describe(),
    },
    StopHyperParameterTuningJob: {
      access: onJob('StopHyperParameterTuningJob'),
      run: (input) => {
        const job = tuningJobOf(jobs, input.HyperParameterTuningJobName);
        if (job.status !== 'InProgress' && job.status !== 'Stopping')
          throw new AwsError('ValidationException', `The request was rejected: the job is ${job.status}`);
        job.stop();
        return {};
      },
    },
    ListTrainingJobsForHyperParameterTuningJob: {
      access: onJob('ListTrainingJobsForHyperParameterTuningJob'),
      run: (input: {
        HyperParameterTuningJobName: string;
        StatusEquals?: string;
        SortBy?: keyof typeof SORTED;
        SortOrder?: 'Ascending' | 'Descending';
        MaxResults?: number;
      }) => {
        const key = SORTED[input.SortBy ?? 'Name'];
        if (!key) throw new AwsError('ValidationException', `SortBy ${input.SortBy} is not supported here`);
        const order = input.SortOrder === 'Descending' ? -1 : 1;
        const found = tuningJobOf(jobs, input.HyperParameterTuningJobName)
          .summaries()
          .filter((s) => !input.StatusEquals || s['TrainingJobStatus'] === input.StatusEquals)
          .toSorted((a, b) => order * (a[key]! < b[key]! ? -1 : a[key]! > b[key]! ? 1 : 0));
        return { TrainingJobSummaries: found.slice(0, input.MaxResults ?? 10) };
      },
    },
  };
}
