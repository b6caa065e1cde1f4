import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServiceEvent } from '../../../local/cloud/services/internal.ts';
import { createSageMaker } from '../../../local/cloud/services/sagemaker/index.ts';
import type { Shape } from '../../../local/cloud/types.ts';
import { type FakeCloud, fakeCloud, fakeService, MORNING } from '../fake-cloud.ts';

const dir = mkdtempSync(join(tmpdir(), 'tuning-'));
afterAll(() => rmSync(dir, { recursive: true }));
const root = { kind: 'root' } as const;
const name = { HyperParameterTuningJobName: 'search' };

const request = (config: object = {}, hyperparameters: Record<string, string> = { pauseMs: '1' }) => ({
  ...name,
  HyperParameterTuningJobConfig: {
    Strategy: 'Bayesian',
    HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation-auc' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 5, MaxParallelTrainingJobs: 2 },
    ParameterRanges: {
      ContinuousParameterRanges: [
        { Name: 'eta', MinValue: '0.01', MaxValue: '1', ScalingType: 'Logarithmic' },
      ],
      IntegerParameterRanges: [{ Name: 'epochs', MinValue: '2', MaxValue: '9', ScalingType: 'Linear' }],
      CategoricalParameterRanges: [{ Name: 'method', Values: ['hist', 'exact'] }],
    },
    RandomSeed: 7,
    ...config,
  },
  TrainingJobDefinition: {
    AlgorithmSpecification: {
      TrainingImage: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.3',
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'validation-auc', Regex: 'metric validation-auc=([0-9.]+)' }],
    },
    RoleArn: 'arn:aws:iam::123456789012:role/training',
    StaticHyperParameters: hyperparameters,
    InputDataConfig: [
      {
        ChannelName: 'train',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/set/rows.csv' } },
      },
    ],
    OutputDataConfig: { S3OutputPath: 's3://models/training/' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  },
});

function setUp() {
  const command = [process.execPath, join(import.meta.dirname, 'trainer.mjs')];
  const sagemaker = createSageMaker({ command, wallSeconds: 20 });
  const events: ServiceEvent[] = [];
  const bus = fakeService('events', {}, { emit: (e: ServiceEvent) => events.push(e) });
  const s3 = fakeService('s3', {
    ListObjectsV2: ({ Prefix }) => ({ Contents: Prefix === 'set/rows.csv' ? [{ Key: Prefix }] : [] }),
    GetObject: () => ({ Body: Buffer.from('1,2,3') }),
    PutObject: () => ({}),
  });
  const cloud: FakeCloud = Object.assign(fakeCloud([sagemaker, bus, s3], MORNING), { dir });
  const call = (operation: string, input: object = name): Promise<Shape> =>
    cloud.call(root, 'sagemaker', operation, input);
  const toItsEnd = async () => {
    let over = false;
    sagemaker.tuningEnded('search').then(() => {
      over = true;
    });
    await cloud.clock.advanceUntil(() => over, cloud.clock.now() + 86_400_000);
    return call('DescribeHyperParameterTuningJob');
  };
  return { cloud, call, toItsEnd, events };
}
const trialsOf = async (call: ReturnType<typeof setUp>['call']): Promise<Shape[]> =>
  (await call('ListTrainingJobsForHyperParameterTuningJob', { ...name, MaxResults: 100 }))
    .TrainingJobSummaries;

describe('a search for hyperparameters', () => {
  it('trains as many jobs as it may, within the ranges, and names the best', async () => {
    const { call, toItsEnd, events } = setUp();
    await call('CreateHyperParameterTuningJob', request());
    const ended = await toItsEnd();
    expect(ended).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 5, InProgress: 0, NonRetryableError: 0, Stopped: 0 },
    });
    const trials = await trialsOf(call);
    expect(trials).toHaveLength(5);
    for (const [i, { TunedHyperParameters: tuned, TrainingJobName }] of trials.entries()) {
      expect(TrainingJobName).toMatch(new RegExp(`^search-00${i + 1}-[0-9a-f]{8}$`));
      expect(Number(tuned.eta)).toBeGreaterThanOrEqual(0.01);
      expect(Number(tuned.eta)).toBeLessThanOrEqual(1);
      expect(tuned.epochs).toMatch(/^[2-9]$/);
      expect(['hist', 'exact']).toContain(tuned.method);
      const job = await call('DescribeTrainingJob', { TrainingJobName });
      expect(job.HyperParameters).toMatchObject({ ...tuned, pauseMs: '1' });
    }
    const values = trials.map((t) => t.FinalHyperParameterTuningJobObjectiveMetric.Value);
    expect(new Set(values).size).toBeGreaterThan(1);
    expect(ended.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value).toBe(Math.max(...values));
    // The training program of these tests gets better by the epoch.
    const epochs = trials.map((t) => Number(t.TunedHyperParameters.epochs));
    expect(Number(ended.BestTrainingJob.TunedHyperParameters.epochs)).toBe(Math.max(...epochs));
    expect(events.at(-1)?.['detail-type']).toBe('SageMaker HyperParameter Tuning Job State Change');
  });

  it('draws the same trials from the same seed, and others from another', async () => {
    const drawn = async (RandomSeed: number) => {
      const { call, toItsEnd } = setUp();
      await call('CreateHyperParameterTuningJob', request({ RandomSeed }));
      await toItsEnd();
      return (await trialsOf(call)).map((t) => t.TunedHyperParameters);
    };
    const first = await drawn(7);
    expect(await drawn(7)).toEqual(first);
    expect(await drawn(8)).not.toEqual(first);
  });

  it('never runs more trials at once than it may', async () => {
    const { cloud, call, toItsEnd } = setUp();
    await call('CreateHyperParameterTuningJob', request());
    const at = cloud.clock.now();
    await cloud.clock.advanceTo(at + 1000);
    expect(await trialsOf(call)).toHaveLength(2);
    await toItsEnd();
    const trials = await trialsOf(call);
    const overlap = (t: Shape) =>
      trials.filter((o) => o.CreationTime <= t.CreationTime && o.TrainingEndTime > t.CreationTime).length;
    expect(Math.max(...trials.map(overlap))).toBe(2);
  });

  it('fails when no trial succeeds, with what the last one said', async () => {
    const { call, toItsEnd } = setUp();
    await call('CreateHyperParameterTuningJob', request({}, { fail: 'no row has a label' }));
    const ended = await toItsEnd();
    expect(ended.HyperParameterTuningJobStatus).toBe('Failed');
    expect(ended.FailureReason).toContain('No training job succeeded');
    expect(ended.BestTrainingJob).toBeUndefined();
  });

  it('that is stopped stops its trials and begins no other', async () => {
    const { cloud, call, toItsEnd } = setUp();
    await call('CreateHyperParameterTuningJob', request());
    await cloud.clock.advanceTo(cloud.clock.now() + 1000);
    await call('StopHyperParameterTuningJob');
    const ended = await toItsEnd();
    expect(ended).toMatchObject({
      HyperParameterTuningJobStatus: 'Stopped',
      TrainingJobStatusCounters: { Completed: 0, Stopped: 2 },
    });
    await expect(call('StopHyperParameterTuningJob')).rejects.toThrow('the job is Stopped');
  });

  it.each([
    [{ Strategy: 'Hyperband' }, 'HyperParameterTuningJobConfig.Strategy'],
    [{ Autotune: { Mode: 'Enabled' } }, 'Autotune'],
    [
      { HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'f1' } },
      "'f1' is none of the metric definitions",
    ],
  ])('refuses what it does not know: %j', async (config, sentence) => {
    await expect(setUp().call('CreateHyperParameterTuningJob', request(config))).rejects.toThrow(sentence);
  });
});
