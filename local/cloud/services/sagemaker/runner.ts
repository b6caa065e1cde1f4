import { join } from 'node:path';
import { type Access, AwsError, type Caller, type Cloud, NotSupportedLocally } from '../../types.ts';
import { keyArn } from '../common.ts';
import { logLines } from '../states/announce.ts';
import { sleep, withDeadline } from '../states/waiting.ts';
import { archive, filesIn } from './archive.ts';
import {
  billableSeconds,
  downloadSeconds,
  INTERRUPTED_SECONDS,
  STARTING_SECONDS,
  trainingSeconds,
  UPLOADING_SECONDS,
} from './durations.ts';
import type { Job, JobEnd, SecondaryStatus } from './job.ts';
import { MetricReader } from './metrics.ts';
import { startTraining } from './process.ts';
import type { TrainingRequest } from './request.ts';
import { Workspace } from './workspace.ts';

export interface RunnerOptions {
  /** The training program; it reads COALMINE_ML_ROOT. */
  readonly command: readonly string[];
  /** Real seconds after which a training process counts as hung. */
  readonly wallSeconds: number;
  /** Whether the next attempt of a job loses its instance. */
  interrupted(jobName: string): boolean;
  /** Whether there are no instances for a job that was taken. */
  withoutCapacity(request: TrainingRequest): boolean;
}

/** Log group of all training jobs, as SageMaker names it. */
const LOG_GROUP = '/aws/sagemaker/TrainingJobs';

/** The job's time is over: it ends as Stopped with this secondary status. */
class OutOfTime extends Error {
  readonly secondary: SecondaryStatus;
  constructor(secondary: SecondaryStatus) {
    super(secondary);
    this.secondary = secondary;
  }
}

/**
 * What SageMaker asks of the execution role before a container starts: pulling the image, and a grant on the volume's
 * key ("SageMaker Roles", permissions of the CreateTrainingJob execution role).
 */
export function startAccess(cloud: Cloud, image: string, volumeKey: string | undefined): Access[] {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com[^/]*\/([^:@]+)/.exec(image);
  const repository = found ? `arn:aws:ecr:${found[2]}:${found[1]}:repository/${found[3]}` : undefined;
  const key = keyArn(cloud, volumeKey);
  return [
    ...(repository
      ? [
          { action: 'ecr:GetAuthorizationToken', resource: '*' },
          ...['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'].map(
            (action) => ({ action, resource: repository }),
          ),
        ]
      : []),
    ...(key
      ? [{ action: 'kms:CreateGrant', resource: key, context: { 'kms:GrantIsForAWSResource': 'true' } }]
      : []),
  ];
}

/** Runs one training job to its end, which it always reaches. */
export class Runner {
  readonly #cloud: Cloud;
  readonly #caller: Caller;
  readonly #job: Job;
  readonly #options: RunnerOptions;
  readonly #workspace: Workspace;
  readonly #metrics: MetricReader;
  #bytes = 0;
  /** Virtual seconds of training, of all attempts together. */
  #trained = 0;

  constructor(cloud: Cloud, caller: Caller, job: Job, options: RunnerOptions) {
    this.#cloud = cloud;
    this.#caller = caller;
    this.#job = job;
    this.#options = options;
    this.#workspace = new Workspace(cloud, caller, job.request);
    this.#metrics = new MetricReader(job.request.AlgorithmSpecification.MetricDefinitions);
  }

  /** @throws only what is a defect of this cloud, after the job has failed with it */
  async run(): Promise<void> {
    const { StoppingCondition } = this.#job.request;
    const wait = StoppingCondition.MaxWaitTimeInSeconds;
    let defect: unknown;
    let end: JobEnd;
    try {
      end = await withDeadline(
        this.#cloud.clock,
        wait === undefined ? undefined : wait * 1000,
        this.#job.stopping,
        () => new OutOfTime('MaxWaitTimeExceeded'),
        (signal) => this.#train(signal),
      );
    } catch (e) {
      if (e instanceof NotSupportedLocally || !(e instanceof Error)) defect = e;
      end = this.#endOf(e);
    }
    const spot = this.#job.request.EnableManagedSpotTraining;
    this.#job.end({
      ...end,
      metrics: this.#metrics.final(),
      trainingSeconds: this.#trained,
      billableSeconds: billableSeconds(this.#trained, spot),
    });
    this.#workspace.remove();
    if (defect) throw defect;
  }

  #endOf(e: unknown): JobEnd {
    if (e instanceof OutOfTime) return { status: 'Stopped', secondary: e.secondary };
    if (this.#job.stopping.aborted) return { status: 'Stopped', secondary: 'Stopped' };
    const failureReason =
      e instanceof AwsError ? `ClientError: ${e.name}: ${e.message}` : (e as Error).message;
    return { status: 'Failed', secondary: 'Failed', failureReason };
  }

  async #train(signal: AbortSignal): Promise<JobEnd> {
    const { request } = this.#job;
    const { clock } = this.#cloud;
    const pass = (seconds: number, what: string) => sleep(clock, seconds * 1000, what, signal);
    this.#job.enter('Starting', 'Preparing the instances for training');
    this.#cloud.authorize(
      this.#caller,
      startAccess(
        this.#cloud,
        request.AlgorithmSpecification.TrainingImage,
        request.ResourceConfig.VolumeKmsKeyId,
      ),
    );
    await pass(STARTING_SECONDS, 'training: starting');
    if (this.#options.withoutCapacity(request))
      throw new Error('CapacityError: Unable to provision requested ML compute capacity.');
    for (;;) {
      this.#job.enter('Downloading', 'Downloading input data');
      this.#workspace.prepare();
      this.#bytes = await this.#workspace.downloadChannels();
      await this.#workspace.downloadCheckpoints();
      await pass(downloadSeconds(this.#bytes), 'training: downloading');
      this.#job.enter('Training', 'Training image download completed. Training in progress.');
      const lost = await this.#attempt(signal);
      await this.#workspace.uploadCheckpoints();
      if (!lost) break;
      if (!request.EnableManagedSpotTraining) throw new Error('InternalServerError: the instance was lost');
      this.#job.enter('Interrupted', 'The spot instance was taken away; waiting for capacity');
      await pass(INTERRUPTED_SECONDS, 'training: interrupted');
    }
    const seconds = trainingSeconds(this.#bytes, this.#metrics.epochs);
    const limit = request.StoppingCondition.MaxRuntimeInSeconds;
    await this.#passTraining(Math.min(seconds, limit), pass);
    if (seconds > limit) throw new OutOfTime('MaxRuntimeExceeded');
    this.#job.enter('Uploading', 'Uploading generated training model');
    const modelArtifacts = await this.#upload();
    await pass(UPLOADING_SECONDS, 'training: uploading');
    return { status: 'Completed', secondary: 'Completed', modelArtifacts };
  }

  async #passTraining(seconds: number, pass: (s: number, what: string) => Promise<void>): Promise<void> {
    const from = this.#cloud.clock.now();
    try {
      await pass(seconds, 'training');
    } finally {
      this.#trained = (this.#cloud.clock.now() - from) / 1000;
    }
  }

  /** One run of the training process. @returns whether its instance was taken away @throws Error with its failure */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { request } = this.#job;
    let losing = this.#options.interrupted(request.TrainingJobName);
    let lost = false;
    const lines: string[] = [];
    const child = startTraining(
      this.#options.command,
      this.#workspace.root,
      request.Environment ?? {},
      (line) => {
        lines.push(line);
        this.#metrics.read(line);
        if (!losing || !/^metric /.test(line)) return;
        losing = false;
        lost = true;
        child.terminate();
      },
      this.#options.wallSeconds,
    );
    const stop = () => child.terminate();
    signal.addEventListener('abort', stop, { once: true });
    const result = await child.ended.finally(() => signal.removeEventListener('abort', stop));
    this.#log(lines);
    signal.throwIfAborted();
    if (result.hung)
      throw new Error(
        `AlgorithmError: the process did not end within ${this.#options.wallSeconds} s of real time`,
      );
    if (result.code === 0) return false;
    if (lost) return true;
    const why = this.#workspace.failure() ?? result.errors.slice(-1024);
    throw new Error(`AlgorithmError: ${why}, exit code: ${result.code ?? result.signal}`);
  }

  async #upload(): Promise<string> {
    const output = join(this.#workspace.root, 'output/data');
    if (filesIn(output).length > 0)
      await this.#workspace.uploadOutput('output.tar.gz', await archive(output));
    const model = await archive(join(this.#workspace.root, 'model'));
    return this.#workspace.uploadOutput('model.tar.gz', model);
  }

  /** Output of the container; a role that may not write logs trains without, as on AWS. */
  #log(lines: readonly string[]): void {
    const stream = `${this.#job.request.TrainingJobName}/algo-1-1`;
    const group = `arn:aws:logs:${this.#cloud.region}:${this.#cloud.account}:log-group:${LOG_GROUP}`;
    try {
      this.#cloud.authorize(this.#caller, [
        { action: 'logs:CreateLogStream', resource: `${group}:log-stream:${stream}` },
        { action: 'logs:PutLogEvents', resource: `${group}:log-stream:${stream}` },
      ]);
      logLines(this.#cloud, LOG_GROUP, stream, lines);
    } catch (e) {
      this.#cloud.trace('sagemaker', `${this.#job.arn} has no logs: ${(e as Error).message}`);
    }
  }
}
