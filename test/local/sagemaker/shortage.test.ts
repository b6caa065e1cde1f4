import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSageMaker } from '../../../local/cloud/services/sagemaker/index.ts';
import { type FakeCloud, fakeCloud, fakeService, MORNING } from '../fake-cloud.ts';

const dir = mkdtempSync(join(tmpdir(), 'shortage-'));
afterAll(() => rmSync(dir, { recursive: true }));

function setUp() {
  const command = [process.execPath, join(import.meta.dirname, 'trainer.mjs')];
  const sagemaker = createSageMaker({ command, wallSeconds: 20 });
  const bus = fakeService('events', {}, { emit: () => {} });
  const s3 = fakeService('s3', {
    ListObjectsV2: ({ Prefix }) => ({ Contents: Prefix === 'rows.csv' ? [{ Key: Prefix }] : [] }),
    GetObject: () => ({ Body: Buffer.from('1,2,3') }),
    PutObject: () => ({}),
  });
  const cloud: FakeCloud = Object.assign(fakeCloud([sagemaker, bus, s3], MORNING), { dir });
  /** Runs a job to its end. */
  const train = async (name: string, InstanceType = 'ml.m5.large') => {
    await cloud.root('sagemaker', 'CreateTrainingJob', {
      TrainingJobName: name,
      RoleArn: 'arn:aws:iam::123456789012:role/training',
      AlgorithmSpecification: {
        TrainingImage: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.3',
        TrainingInputMode: 'File',
      },
      HyperParameters: { epochs: '2' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/rows.csv' } },
        },
      ],
      OutputDataConfig: { S3OutputPath: 's3://models/' },
      ResourceConfig: { InstanceType, InstanceCount: 2, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    });
    let over = false;
    sagemaker.ended(name).then(() => {
      over = true;
    });
    await cloud.clock.advanceUntil(() => over, cloud.clock.now() + 86_400_000);
    return cloud.root('sagemaker', 'DescribeTrainingJob', { TrainingJobName: name });
  };
  return { sagemaker, train };
}

describe('a shortage of instances', () => {
  it('fails as many jobs as it is told, unbilled, and then is over', async () => {
    const { sagemaker, train } = setUp();
    sagemaker.lackInstances(1, 'CapacityError');
    const failed = await train('first');
    expect(failed).toMatchObject({ TrainingJobStatus: 'Failed', BillableTimeInSeconds: 0 });
    expect(failed.FailureReason).toMatch(/^CapacityError: /);
    expect((await train('second')).TrainingJobStatus).toBe('Completed');
  });

  it('can be of one instance type', async () => {
    const { sagemaker, train } = setUp();
    const of = (type: string) => (r: { ResourceConfig: { InstanceType: string } }) =>
      r.ResourceConfig.InstanceType === type;
    sagemaker.lackInstances(Number.POSITIVE_INFINITY, 'CapacityError', of('ml.g5.xlarge'));
    expect((await train('gpu', 'ml.g5.xlarge')).TrainingJobStatus).toBe('Failed');
    expect((await train('cpu')).TrainingJobStatus).toBe('Completed');
    expect((await train('gpu-again', 'ml.g5.xlarge')).TrainingJobStatus).toBe('Failed');
  });

  it('by quota refuses the job, of which then nothing is known', async () => {
    const { sagemaker, train } = setUp();
    const takeBack = sagemaker.lackInstances(5, 'ResourceLimitExceeded');
    const refused = train('job');
    await expect(refused).rejects.toMatchObject({ name: 'ResourceLimitExceeded' });
    await expect(refused).rejects.toThrow("'ml.m5.large for training job usage'");
    takeBack();
    expect((await train('job')).TrainingJobStatus).toBe('Completed');
  });
});
