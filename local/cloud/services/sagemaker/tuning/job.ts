import type { Cloud } from '../../../types.ts';
import { announce } from '../../states/announce.ts';
import type { Job } from '../job.ts';
import type { TuningRequest } from './request.ts';

export type TuningStatus = 'InProgress' | 'Stopping' | 'Completed' | 'Failed' | 'Stopped';

/** One training job of a search. */
export interface Trial {
  readonly job: Job;
  readonly tuned: Readonly<Record<string, string>>;
}

/** A tuning job as DescribeHyperParameterTuningJob shows it. Times in answers are epoch seconds. */
export class TuningJob {
  readonly request: TuningRequest;
  readonly arn: string;
  readonly trials: Trial[] = [];
  readonly ended: Promise<void>;
  readonly #cloud: Cloud;
  readonly #createdAt: number;
  #status: TuningStatus = 'InProgress';
  #failure: string | undefined;
  #endedAt: number | undefined;
  #settle: () => void = () => {};

  constructor(cloud: Cloud, arn: string, request: TuningRequest) {
    this.#cloud = cloud;
    this.arn = arn;
    this.request = request;
    this.#createdAt = cloud.clock.now();
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#announce();
  }

  get name(): string {
    return this.request.HyperParameterTuningJobName;
  }
  get status(): TuningStatus {
    return this.#status;
  }

  /** No further trial begins, and those that run are stopped. */
  stop(): void {
    if (this.#status !== 'InProgress') return;
    this.#status = 'Stopping';
    for (const { job } of this.trials) job.stop();
    this.#announce();
  }

  /** Its trials are over. Without a single model the search has failed. */
  end(): void {
    this.#endedAt = this.#cloud.clock.now();
    if (this.#status === 'Stopping') this.#status = 'Stopped';
    else if (this.trials.some(({ job }) => job.status === 'Completed')) this.#status = 'Completed';
    else {
      this.#status = 'Failed';
      const last = this.trials.at(-1)?.job.describe()['FailureReason'];
      this.#failure = `No training job succeeded${last ? `; the last one said: ${last}` : ''}`;
    }
    this.#announce();
    this.#settle();
  }

  describe(): Record<string, unknown> {
    const { Tags: _, ...request } = this.request;
    const best = this.#best();
    const count = (...of: string[]) => this.trials.filter(({ job }) => of.includes(job.status)).length;
    const succeeded = this.trials.filter((t) => this.#objective(t) !== undefined).length;
    const pending = count('InProgress', 'Stopping');
    return {
      ...request,
      HyperParameterTuningJobArn: this.arn,
      HyperParameterTuningJobStatus: this.#status,
      CreationTime: this.#createdAt / 1000,
      LastModifiedTime: this.#cloud.clock.now() / 1000,
      ...(this.#endedAt !== undefined && { HyperParameterTuningEndTime: this.#endedAt / 1000 }),
      ...(this.#failure !== undefined && { FailureReason: this.#failure }),
      TrainingJobStatusCounters: {
        Completed: count('Completed'),
        InProgress: pending,
        RetryableError: 0,
        NonRetryableError: count('Failed'),
        Stopped: count('Stopped'),
      },
      ObjectiveStatusCounters: {
        Succeeded: succeeded,
        Pending: pending,
        Failed: this.trials.length - succeeded - pending,
      },
      ...(best && { BestTrainingJob: this.#summary(best) }),
    };
  }

  /** `TrainingJobSummaries`, in the order in which they were created. */
  summaries(): Record<string, unknown>[] {
    return this.trials.map((t) => this.#summary(t));
  }

  #best(): Trial | undefined {
    const { Type } = this.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    const sign = Type === 'Maximize' ? 1 : -1;
    const rated = this.trials.flatMap((trial) => {
      const value = trial.job.status === 'Completed' ? this.#objective(trial) : undefined;
      return value === undefined ? [] : [{ trial, value: sign * value }];
    });
    // Of equals the first.
    return rated.toSorted((a, b) => b.value - a.value)[0]?.trial;
  }

  #objective({ job }: Trial): number | undefined {
    const { MetricName } = this.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    const metrics = job.describe()['FinalMetricDataList'] as
      | readonly { MetricName: string; Value: number }[]
      | undefined;
    return metrics?.find((m) => m.MetricName === MetricName)?.Value;
  }

  #summary(trial: Trial): Record<string, unknown> {
    const { job, tuned } = trial;
    const d = job.describe();
    const value = this.#objective(trial);
    const { MetricName } = this.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    const pending = job.status === 'InProgress' || job.status === 'Stopping';
    return {
      TrainingJobName: d['TrainingJobName'],
      TrainingJobArn: job.arn,
      CreationTime: d['CreationTime'],
      ...(d['TrainingStartTime'] !== undefined && { TrainingStartTime: d['TrainingStartTime'] }),
      ...(d['TrainingEndTime'] !== undefined && { TrainingEndTime: d['TrainingEndTime'] }),
      TrainingJobStatus: job.status,
      TunedHyperParameters: tuned,
      ...(d['FailureReason'] !== undefined && { FailureReason: d['FailureReason'] }),
      ...(value !== undefined && {
        FinalHyperParameterTuningJobObjectiveMetric: { MetricName, Value: value },
      }),
      ObjectiveStatus: value !== undefined ? 'Succeeded' : pending ? 'Pending' : 'Failed',
    };
  }

  #announce(): void {
    announce(this.#cloud, {
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker HyperParameter Tuning Job State Change',
      resources: [this.arn],
      detail: this.describe(),
    });
  }
}
