import type { Cloud } from '../../types.ts';
import { announce } from '../states/announce.ts';
import type { TrainingRequest } from './request.ts';

export type Status = 'InProgress' | 'Stopping' | 'Completed' | 'Failed' | 'Stopped';
export type SecondaryStatus =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Interrupted'
  | 'Uploading'
  | 'Stopping'
  | 'Completed'
  | 'Failed'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'MaxWaitTimeExceeded';

interface Transition {
  readonly Status: SecondaryStatus;
  readonly StartTime: number;
  EndTime?: number;
  readonly StatusMessage: string;
}

/** What is known of a training job when it has ended. */
export interface JobEnd {
  readonly status: 'Completed' | 'Failed' | 'Stopped';
  readonly secondary: SecondaryStatus;
  readonly failureReason?: string;
  readonly modelArtifacts?: string;
  readonly metrics?: readonly { readonly MetricName: string; readonly Value: number }[];
  readonly trainingSeconds?: number;
  readonly billableSeconds?: number;
}

/** A training job as DescribeTrainingJob shows it. Times in answers are epoch seconds. */
export class Job {
  readonly request: TrainingRequest;
  readonly arn: string;
  readonly tags: Map<string, string>;
  readonly ended: Promise<void>;
  readonly #cloud: Cloud;
  readonly #createdAt: number;
  readonly #transitions: Transition[] = [];
  readonly #controller = new AbortController();
  #status: Status = 'InProgress';
  #startedAt: number | undefined;
  #end: JobEnd | undefined;
  #endedAt: number | undefined;
  #settle: () => void = () => {};

  constructor(cloud: Cloud, arn: string, request: TrainingRequest) {
    this.#cloud = cloud;
    this.arn = arn;
    this.request = request;
    this.tags = new Map(request.Tags.map((t) => [t.Key, t.Value]));
    this.#createdAt = cloud.clock.now();
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get status(): Status {
    return this.#status;
  }
  /** Aborts when the job is asked to stop. */
  get stopping(): AbortSignal {
    return this.#controller.signal;
  }

  enter(secondary: SecondaryStatus, message: string): void {
    const now = this.#cloud.clock.now() / 1000;
    const last = this.#transitions.at(-1);
    if (last) last.EndTime = now;
    this.#transitions.push({ Status: secondary, StartTime: now, StatusMessage: message });
    if (secondary === 'Training') this.#startedAt ??= this.#cloud.clock.now();
    if (this.#end === undefined) this.#announce();
  }

  stop(): void {
    if (this.#status !== 'InProgress') return;
    this.#status = 'Stopping';
    this.enter('Stopping', 'Stopping the training job');
    this.#controller.abort(new Error('the training job was stopped'));
  }

  end(end: JobEnd): void {
    this.#endedAt = this.#cloud.clock.now();
    this.#end = end;
    this.#status = end.status;
    this.enter(end.secondary, end.failureReason ?? `Training job ${end.status.toLowerCase()}`);
    this.#announce();
    this.#settle();
  }

  describe(): Record<string, unknown> {
    const { Tags: _, ...request } = this.request;
    const end = this.#end;
    const at = (ms: number) => ms / 1000;
    const seconds = end?.trainingSeconds;
    return {
      ...request,
      TrainingJobArn: this.arn,
      TrainingJobStatus: this.#status,
      SecondaryStatus: this.#transitions.at(-1)?.Status,
      SecondaryStatusTransitions: this.#transitions,
      CreationTime: at(this.#createdAt),
      LastModifiedTime: this.#transitions.at(-1)?.StartTime,
      ...(this.#startedAt !== undefined && { TrainingStartTime: at(this.#startedAt) }),
      ...(this.#endedAt !== undefined && { TrainingEndTime: at(this.#endedAt) }),
      ...(end?.failureReason !== undefined && { FailureReason: end.failureReason }),
      ...(end?.modelArtifacts !== undefined && { ModelArtifacts: { S3ModelArtifacts: end.modelArtifacts } }),
      ...(end?.metrics && {
        FinalMetricDataList: end.metrics.map((m) => ({ ...m, Timestamp: at(this.#endedAt!) })),
      }),
      ...(seconds !== undefined && { TrainingTimeInSeconds: seconds }),
      ...(end?.billableSeconds !== undefined && { BillableTimeInSeconds: end.billableSeconds }),
    };
  }

  summary(): Record<string, unknown> {
    const d = this.describe();
    const keys = ['TrainingJobName', 'TrainingJobArn', 'CreationTime', 'TrainingEndTime', 'LastModifiedTime'];
    return Object.fromEntries(
      [...keys, 'TrainingJobStatus', 'SecondaryStatus']
        .filter((k) => d[k] !== undefined)
        .map((k) => [k, d[k]]),
    );
  }

  #announce(): void {
    announce(this.#cloud, {
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Training Job State Change',
      resources: [this.arn],
      detail: this.describe(),
    });
  }
}
