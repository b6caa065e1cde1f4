import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServiceEvent } from '../../../local/cloud/services/internal.ts';
import { createSageMaker } from '../../../local/cloud/services/sagemaker/index.ts';
import { AwsError } from '../../../local/cloud/types.ts';
import { type FakeCloud, fakeCloud, fakeService, MORNING } from '../fake-cloud.ts';
import { laboratory } from '../states/machine-under-test.ts';

const dir = mkdtempSync(join(tmpdir(), 'sagemaker-'));
afterAll(() => rmSync(dir, { recursive: true }));
const ROLE = 'arn:aws:iam::123456789012:role/training';
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/k';
const root = { kind: 'root' } as const;

function fakeS3(objects: Map<string, Buffer>) {
  return fakeService('s3', {
    ListObjectsV2: ({ Bucket, Prefix }) => ({
      Contents: [...objects.keys()]
        .filter((k) => k.startsWith(`${Bucket}/${Prefix}`))
        .map((k) => ({ Key: k.slice(Bucket.length + 1) })),
    }),
    GetObject: ({ Bucket, Key }) => {
      const Body = objects.get(`${Bucket}/${Key}`);
      if (!Body) throw new AwsError('NoSuchKey', Key, 404);
      return { Body };
    },
    PutObject: ({ Bucket, Key, Body }) => {
      objects.set(`${Bucket}/${Key}`, Body);
      return {};
    },
  });
}

const request = (more: object = {}) => ({
  TrainingJobName: 'job',
  RoleArn: ROLE,
  AlgorithmSpecification: {
    TrainingImage: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.3',
    TrainingInputMode: 'File',
    MetricDefinitions: [{ Name: 'validation-auc', Regex: 'metric validation-auc=([0-9.]+)' }],
  },
  HyperParameters: { epochs: '10' },
  InputDataConfig: [
    {
      ChannelName: 'train',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/set/rows.csv' } },
    },
  ],
  OutputDataConfig: { S3OutputPath: 's3://models/training/', KmsKeyId: KEY },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10, VolumeKmsKeyId: KEY },
  StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
  EnableManagedSpotTraining: true,
  CheckpointConfig: { S3Uri: 's3://models/checkpoints/job' },
  Tags: [{ Key: 'model', Value: 'fraud' }],
  ...more,
});

function setUp(wallSeconds = 20) {
  const objects = new Map([['data/set/rows.csv', Buffer.from('1,2,3')]]);
  const command = [process.execPath, join(import.meta.dirname, 'trainer.mjs')];
  const sagemaker = createSageMaker({ command, wallSeconds });
  const events: ServiceEvent[] = [];
  const bus = fakeService('events', {}, { emit: (e: ServiceEvent) => events.push(e) });
  const s3 = fakeS3(objects);
  const cloud: FakeCloud = Object.assign(fakeCloud([sagemaker, bus, s3], MORNING), { dir });
  const create = (more: object = {}) => cloud.call(root, 'sagemaker', 'CreateTrainingJob', request(more));
  const describeJob = () => cloud.call(root, 'sagemaker', 'DescribeTrainingJob', { TrainingJobName: 'job' });
  /** Runs the job to its end. */
  const train = async (more: object = {}) => {
    await create(more);
    let over = false;
    sagemaker.ended('job').then(() => {
      over = true;
    });
    await cloud.clock.advanceUntil(() => over, cloud.clock.now() + 86_400_000);
    return describeJob();
  };
  const model = () => {
    const tar = gunzipSync(objects.get('models/training/job/output/model.tar.gz')!).toString('latin1');
    return JSON.parse(/\{"data".*\}/.exec(tar)![0]) as {
      data: string;
      channels: string[];
      resumedAt: number;
    };
  };
  return { cloud, sagemaker, objects, events, s3, create, describeJob, train, model };
}

describe('a training job', () => {
  it('runs the program on its channels and uploads the model', async () => {
    const { train, model } = setUp();
    const job = await train();
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://models/training/job/output/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'validation-auc', Value: 0.59 }],
    });
    expect(model()).toEqual({ data: '1,2,3', channels: ['train'], resumedAt: 0 });
  });

  it('takes the virtual time of its model of durations, and bills the spot share of it', async () => {
    const { train } = setUp();
    const job = await train();
    // 30 s + 10 epochs × 0.25 s, rounded up.
    expect([job.TrainingTimeInSeconds, job.BillableTimeInSeconds]).toEqual([33, 10]);
    expect(job.TrainingEndTime - job.CreationTime).toBe(120 + 1 + 33 + 15);
  });

  it('writes byte-identical archives for equal content', async () => {
    const archives: string[] = [];
    for (let i = 0; i < 2; i++) {
      const world = setUp();
      await world.train();
      archives.push(world.objects.get('models/training/job/output/model.tar.gz')!.toString('hex'));
    }
    expect(archives[0]).toBe(archives[1]);
  });

  it('fails with what the container wrote about its failure', async () => {
    const { train, events } = setUp();
    const job = await train({ HyperParameters: { fail: "eta must be in (0, 1], but is 'x'" } });
    expect(job.TrainingJobStatus).toBe('Failed');
    expect(job.FailureReason).toBe("AlgorithmError: eta must be in (0, 1], but is 'x', exit code: 1");
    expect(events.at(-1)).toMatchObject({
      'detail-type': 'SageMaker Training Job State Change',
      detail: { TrainingJobStatus: 'Failed' },
    });
  });

  it('fails as ClientError when the execution role may not read its data', async () => {
    const { train, cloud } = setUp();
    cloud.denied.add('s3:GetObject');
    expect((await train()).FailureReason).toContain('ClientError: AccessDenied');
  });

  it.each(['ecr:BatchGetImage', 'kms:CreateGrant'])(
    'fails when the execution role lacks %s',
    async (action) => {
      const { train, cloud } = setUp();
      cloud.denied.add(action);
      expect((await train()).FailureReason).toContain(action);
    },
  );

  it('goes on from its checkpoint when the spot instance is taken away', async () => {
    const { train, sagemaker, model } = setUp();
    sagemaker.interruptTraining(1);
    const job = await train({ HyperParameters: { epochs: '10', pauseMs: '20' } });
    expect(job.TrainingJobStatus).toBe('Completed');
    expect(job.SecondaryStatusTransitions.map((t: { Status: string }) => t.Status)).toContain('Interrupted');
    expect(model().resumedAt).toBeGreaterThan(0);
  });

  it('stops as MaxWaitTimeExceeded when capacity never stays', async () => {
    const { train, sagemaker } = setUp();
    sagemaker.interruptTraining(100);
    const job = await train({
      HyperParameters: { epochs: '1000', pauseMs: '20' },
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 900 },
    });
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(['Stopped', 'MaxWaitTimeExceeded']);
  });

  it('stops as MaxRuntimeExceeded when training takes longer than allowed', async () => {
    const StoppingCondition = { MaxRuntimeInSeconds: 20, MaxWaitTimeInSeconds: 7200 };
    const job = await setUp().train({ StoppingCondition });
    expect([job.SecondaryStatus, job.TrainingTimeInSeconds]).toEqual(['MaxRuntimeExceeded', 20]);
  });

  it('stops when it is asked to', async () => {
    const { cloud, create, describeJob } = setUp();
    await create();
    await cloud.clock.advanceTo(cloud.clock.now() + 60_000);
    await cloud.call(root, 'sagemaker', 'StopTrainingJob', { TrainingJobName: 'job' });
    await cloud.clock.advanceTo(cloud.clock.now() + 60_000);
    expect((await describeJob()).TrainingJobStatus).toBe('Stopped');
  });

  it('fails a process that hangs', async () => {
    const job = await setUp(1).train({ HyperParameters: { epochs: '1', pauseMs: '60000' } });
    expect(job.FailureReason).toContain('did not end within 1 s of real time');
  });

  it('asks for the role to be passed and for tagging', async () => {
    const { cloud, create } = setUp();
    await create();
    expect(cloud.asked.slice(0, 3)).toMatchObject([
      {
        action: 'sagemaker:CreateTrainingJob',
        resource: 'arn:aws:sagemaker:us-east-1:123456789012:training-job/job',
      },
      {
        action: 'iam:PassRole',
        resource: ROLE,
        context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
      },
      { action: 'sagemaker:AddTags', resource: 'arn:aws:sagemaker:us-east-1:123456789012:training-job/job' },
    ]);
  });

  it.each([
    [{ StoppingCondition: { MaxRuntimeInSeconds: 10, MaxWaitTimeInSeconds: 5 } }, 'MaxWaitTimeInSeconds'],
    [{ HyperParameters: { eta: 0.1 } }, 'HyperParameters.eta'],
    [{ VpcConfig: {} }, 'VpcConfig'],
    [
      {
        ResourceConfig: {
          InstanceType: 'ml.g5.xlarge',
          InstanceCount: 1,
          VolumeSizeInGB: 10,
          VolumeKmsKeyId: KEY,
        },
      },
      'VolumeKmsKeyId',
    ],
  ])('refuses a request that is not valid and names the field: %j', async (more, field) => {
    await expect(setUp().create(more)).rejects.toThrow(field);
  });
});

describe('createTrainingJob.sync', () => {
  const machine = (args: object) => ({
    StartAt: 'Train',
    States: {
      Train: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
        Arguments: args,
        TimeoutSeconds: 7200,
        Output: '{% $states.result.TrainingJobStatus %}',
        End: true,
      },
    },
  });
  const inMachine = () => {
    const world = setUp();
    const lab = laboratory({}, [world.sagemaker, world.s3]);
    Object.assign(lab.cloud, { dir });
    return { ...world, lab };
  };

  it('waits for the job in virtual time and gives its description', async () => {
    const { lab } = inMachine();
    const e = await lab.run(machine(request()));
    expect([e.status, e.output]).toEqual(['SUCCEEDED', '"Completed"']);
    expect((e.stoppedAt! - e.startedAt) / 1000).toBe(120 + 1 + 33 + 15);
  });

  it('fails as States.TaskFailed with the description of a job that failed', async () => {
    const { lab } = inMachine();
    const e = await lab.run(machine(request({ HyperParameters: { fail: 'bad data' } })));
    expect(e.error).toBe('States.TaskFailed');
    expect(JSON.parse(e.cause!).FailureReason).toContain('bad data');
  });

  it('stops the job when the execution is stopped', async () => {
    const { lab, sagemaker } = inMachine();
    const e = await lab.run(machine(request()), {}, '2026-11-16T08:01:00Z');
    await lab.cloud.call(root, 'states', 'StopExecution', { executionArn: e.executionArn });
    await lab.cloud.clock.advanceTo(Date.parse('2026-11-16T09:00:00Z'));
    await sagemaker.ended('job');
    const job = await lab.cloud.call(root, 'sagemaker', 'DescribeTrainingJob', { TrainingJobName: 'job' });
    expect([e.status, job.TrainingJobStatus]).toEqual(['ABORTED', 'Stopped']);
  });

  it('needs the rights to the rule by which Step Functions hears of the end', async () => {
    const { lab } = inMachine();
    lab.cloud.denied.add('events:PutRule');
    const e = await lab.run(machine(request()));
    expect([e.error, e.cause]).toEqual([
      'SageMaker.AmazonSageMakerException',
      expect.stringContaining('events:PutRule'),
    ]);
  });
});
