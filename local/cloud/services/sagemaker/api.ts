import { type Access, AwsError, type Cloud, type Operation } from '../../types.ts';
import { arnOf } from '../common.ts';
import { Job } from './job.ts';
import { parseRequest, type TrainingRequest } from './request.ts';
import { Runner, type RunnerOptions } from './runner.ts';

const jobArn = (cloud: Cloud, name: unknown): string => arnOf(cloud, 'sagemaker', `training-job/${name}`);

export function jobOf(jobs: ReadonlyMap<string, Job>, name: unknown): Job {
  const job = jobs.get(String(name));
  if (job) return job;
  // The code that SageMaker answers for a job that is not there.
  throw new AwsError('ValidationException', `Requested resource not found: training job '${name}'`);
}

function byArn(jobs: ReadonlyMap<string, Job>, arn: string): Job {
  return jobOf(jobs, arn.split(':training-job/')[1]);
}

/** What the caller of CreateTrainingJob needs: the action, to pass the role on, and to tag. */
function createAccess(input: Record<string, unknown>, cloud: Cloud): Access[] {
  const resource = jobArn(cloud, input['TrainingJobName']);
  const tagged = Array.isArray(input['Tags']) && input['Tags'].length > 0;
  return [
    { action: 'sagemaker:CreateTrainingJob', resource },
    {
      action: 'iam:PassRole',
      resource: String(input['RoleArn']),
      context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    },
    ...(tagged ? [{ action: 'sagemaker:AddTags', resource }] : []),
  ];
}

const onJob =
  (action: string) =>
  (input: Record<string, unknown>, cloud: Cloud): Access[] => [
    { action: `sagemaker:${action}`, resource: jobArn(cloud, input['TrainingJobName']) },
  ];
const onArn =
  (action: string) =>
  (input: Record<string, unknown>): Access[] => [
    { action: `sagemaker:${action}`, resource: String(input['ResourceArn']) },
  ];

/** Makes a training job and runs it to its end. @throws AwsError ResourceInUse for a name that was used */
export const startJob =
  (jobs: Map<string, Job>, options: RunnerOptions) =>
  (cloud: Cloud, request: TrainingRequest): Job => {
    const name = request.TrainingJobName;
    if (jobs.has(name))
      throw new AwsError('ResourceInUse', `Training job names must be unique: '${name}' exists already`);
    const arn = jobArn(cloud, name);
    const caller = cloud.assume(request.RoleArn, 'sagemaker.amazonaws.com', 'SageMaker', arn);
    const job = new Job(cloud, arn, request);
    jobs.set(name, job);
    const runner = new Runner(cloud, caller, job, options);
    cloud.clock.spawn(`training job ${name}`, () => runner.run());
    return job;
  };

/** What SageMaker says where the account may not have so many instances of the type. */
function quotaExceeded({ ResourceConfig: { InstanceType, InstanceCount } }: TrainingRequest): AwsError {
  return new AwsError(
    'ResourceLimitExceeded',
    `The account-level service limit '${InstanceType} for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of ${InstanceCount} Instances`,
  );
}

/**
 * The operations on training jobs.
 * @param overQuota whether the account's quota refuses a job
 */
export function operations(
  jobs: Map<string, Job>,
  start: ReturnType<typeof startJob>,
  overQuota: (request: TrainingRequest) => boolean,
): Record<string, Operation> {
  return {
    CreateTrainingJob: {
      access: createAccess,
      run: (input, { cloud }) => {
        const request = parseRequest(input);
        if (overQuota(request)) throw quotaExceeded(request);
        return { TrainingJobArn: start(cloud, request).arn };
      },
    },
    DescribeTrainingJob: {
      access: onJob('DescribeTrainingJob'),
      run: (input) => jobOf(jobs, input.TrainingJobName).describe(),
    },
    StopTrainingJob: {
      access: onJob('StopTrainingJob'),
      run: (input) => {
        const job = jobOf(jobs, input.TrainingJobName);
        if (job.status !== 'InProgress' && job.status !== 'Stopping')
          throw new AwsError('ValidationException', `The request was rejected: the job is ${job.status}`);
        job.stop();
        return {};
      },
    },
    ListTrainingJobs: {
      access: () => [{ action: 'sagemaker:ListTrainingJobs', resource: '*' }],
      run: (input: { StatusEquals?: string; NameContains?: string; MaxResults?: number }) => ({
        TrainingJobSummaries: [...jobs.values()]
          .filter((j) => !input.StatusEquals || j.status === input.StatusEquals)
          .filter((j) => !input.NameContains || j.request.TrainingJobName.includes(input.NameContains))
          .reverse()
          .slice(0, input.MaxResults ?? 100)
          .map((j) => j.summary()),
      }),
    },
    AddTags: {
      access: onArn('AddTags'),
      run: (input: { ResourceArn: string; Tags: { Key: string; Value: string }[] }) => {
        const job = byArn(jobs, input.ResourceArn);
        for (const tag of input.Tags) job.tags.set(tag.Key, tag.Value);
        return { Tags: [...job.tags].map(([Key, Value]) => ({ Key, Value })) };
      },
    },
    ListTags: {
      access: onArn('ListTags'),
      run: (input: { ResourceArn: string }) => ({
        Tags: [...byArn(jobs, input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
      }),
    },
  };
}
