import { describe, expect, it } from 'vitest';
import { domainEventSchema } from '../../contracts/events.ts';
import { registryInput } from '../../contracts/steps.ts';
import { fakeService } from '../local/states/fake-cloud.ts';
import type { Functions } from '../local/states/machine-under-test.ts';
import { type Cast, type Theatre, theatre } from './theatre.ts';

interface Call {
  readonly name: string;
  readonly payload: { readonly action?: string } & Record<string, unknown>;
}

const channels = (dataset: string) => ({
  train: `s3://d/${dataset}/train`,
  validation: `s3://d/${dataset}/validation`,
  signature: `s3://d/${dataset}/signature`,
});
const repeats = (payload: Call['payload']) =>
  payload['reproduce'] === null
    ? null
    : {
        datasetVersion: 'ds-0',
        goldenVersion: 'golden-0',
        featureSpecHash: 'hash-0',
        channels: channels('ds-0'),
      };

/** Functions that do as their contracts say, and remember what they were told. */
function cast(calls: Call[], evaluation: object = {}): Functions {
  const actor = (name: string, answer: (payload: Call['payload']) => unknown) => (payload: never) => {
    calls.push({ name, payload });
    return answer(payload);
  };
  return {
    registry: actor('registry', (payload) => {
      registryInput.parse(payload);
      if (payload.action === 'start-run')
        return { run: payload['run'], hyperparameters: { eta: '0.1', seed: '1' }, repeats: repeats(payload) };
      if (payload.action === 'compare') return { reproduced: true };
      return payload.action === 'register' ? { version: 7 } : { run: payload['run'] };
    }),
    dataset: actor('dataset', (payload) =>
      payload.action === 'golden'
        ? { goldenVersion: 'golden-1', rows: 10, created: true }
        : {
            datasetVersion: 'ds-1',
            existed: false,
            featureSpecHash: 'hash',
            rows: { train: 1, validation: 1, rejected: 0 },
            channels: channels('ds-1'),
          },
    ),
    evaluation: actor('evaluation', () => ({
      passed: true,
      reasons: [],
      metrics: { 'golden.auc': 0.9 },
      report: 'r',
      files: {},
      champion: null,
      ...evaluation,
    })),
  };
}

/** SageMaker whose jobs are done at once, as its answer says. */
function sagemaker(jobs: Record<string, unknown>[], answer: object = {}) {
  return fakeService(
    'sagemaker',
    {
      CreateTrainingJob: (input) => {
        jobs.push(input);
        return { TrainingJobArn: 'arn' };
      },
      DescribeTrainingJob: () => ({
        TrainingJobName: jobs.at(-1)?.['TrainingJobName'],
        TrainingJobStatus: 'Completed',
        AlgorithmSpecification: jobs.at(-1)?.['AlgorithmSpecification'],
        ResourceConfig: jobs.at(-1)?.['ResourceConfig'],
        EnableManagedSpotTraining: jobs.at(-1)?.['EnableManagedSpotTraining'],
        ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/model.tar.gz' },
        TrainingTimeInSeconds: 120,
        BillableTimeInSeconds: 40,
        FinalMetricDataList: [
          { MetricName: 'validation-auc', Value: 0.9, Timestamp: 1 },
          { MetricName: 'train-logloss', Value: 0.1, Timestamp: 1 },
        ],
        ...answer,
      }),
    },
    { ended: async () => {} },
  );
}

async function setUp(more: Cast = {}, evaluation: object = {}, answer: object = {}) {
  const calls: Call[] = [];
  const jobs: Record<string, unknown>[] = [];
  const t: Theatre = await theatre({
    services: [sagemaker(jobs, answer)],
    ...more,
    functions: { ...cast(calls, evaluation), ...more.functions },
  });
  const told = (name: string, action?: string) =>
    calls.find((c) => c.name === name && c.payload.action === action)?.payload;
  return { t, calls, jobs, told };
}

describe('the retrain machine', () => {
  it('renews the golden set only for who asks for it', async () => {
    for (const [input, renew] of [
      [{}, false],
      [{ renewGolden: 'yes' }, false],
      [{ renewGolden: true }, true],
    ] as const) {
      const { t, told } = await setUp();
      t.w.register(7);
      await t.end(await t.start('retrain', input, 'run-1'));
      expect(told('dataset', 'golden'), JSON.stringify(input)).toEqual({
        action: 'golden',
        run: 'run-1',
        renew,
      });
    }
  });

  it('freezes, trains, evaluates, registers and starts the release', async () => {
    const { t, calls, told } = await setUp();
    t.w.register(7);
    const e = await t.end(await t.start('retrain', { reason: 'weekly', by: 'schedule' }, 'run-1'));
    expect(e).toMatchObject({ status: 'SUCCEEDED', output: '{"version":7}' });
    expect(calls.map((c) => c.payload.action ?? c.name)).toEqual([
      'start-run',
      'golden',
      'freeze',
      'evaluation',
      'register',
    ]);
    expect(told('registry', 'start-run')).toEqual({
      action: 'start-run',
      run: 'run-1',
      execution: e.executionArn,
      startedAt: '2026-11-16T08:00:00.000Z',
      reason: 'weekly',
      by: 'schedule',
      reproduce: null,
    });
    expect(told('evaluation')).toEqual({
      run: 'run-1',
      datasetVersion: 'ds-1',
      goldenVersion: 'golden-1',
      modelData: 's3://artifacts/model.tar.gz',
    });
    expect(told('registry', 'register')).toMatchObject({
      datasetVersion: 'ds-1',
      featureSpecHash: 'hash',
      evaluatedAt: '2026-11-16T08:00:00.000Z',
      training: {
        job: expect.stringMatching(/^fraud-/),
        image: 'image',
        source: 's3://assets/abc.tar.gz',
        instanceType: 'ml.g5.xlarge',
        spot: true,
        billableSeconds: 40,
      },
    });
    const release = t.states.executions.at(-1)!;
    expect(release.name).toMatch(/^version-7-[0-9a-f]{12}$/);
    expect(JSON.parse(release.input)).toMatchObject({ version: 7, by: 'run:run-1' });
  });

  it('trains again on recorded inputs when it repeats a run, and neither freezes, evaluates nor registers', async () => {
    const { t, calls, jobs, told } = await setUp();
    const e = await t.end(await t.start('retrain', { reproduce: 'run-0', by: 'ada' }, 'run-1'));
    expect(e).toMatchObject({ status: 'SUCCEEDED', output: '{"reproduced":true}' });
    expect(calls.map((c) => c.payload.action ?? c.name)).toEqual(['start-run', 'compare']);
    expect(told('registry', 'start-run')).toMatchObject({ reproduce: 'run-0' });
    expect(jobs).toHaveLength(1);
    expect(JSON.stringify(jobs[0]?.['InputDataConfig'])).toContain('s3://d/ds-0/validation');
    expect(told('registry', 'compare')).toMatchObject({
      run: 'run-1',
      training: { modelData: 's3://artifacts/model.tar.gz' },
    });
    expect(t.states.executions).toHaveLength(1);
  });

  it('announces the training with its metrics', async () => {
    const { t } = await setUp();
    await t.end(await t.start('retrain', {}, 'run-1'));
    const { type, detail } = t.announced[0]!;
    expect(domainEventSchema.parse({ type, ...detail })).toMatchObject({
      type: 'training.completed',
      run: 'run-1',
      seconds: 120,
      metrics: { 'validation-auc': 0.9, 'train-logloss': 0.1 },
    });
  });

  it('asks SageMaker for an isolated, encrypted spot job with a name that is its own', async () => {
    const { t, jobs } = await setUp();
    await t.end(await t.start('retrain', {}, 'a_run-with_underscores'));
    const [job] = jobs;
    expect(job?.['TrainingJobName']).toMatch(/^fraud-202611160800-[0-9a-f]{12}-0$/);
    expect(job).toMatchObject({
      EnableNetworkIsolation: true,
      EnableManagedSpotTraining: true,
      EnableInterContainerTrafficEncryption: false,
      StoppingCondition: { MaxRuntimeInSeconds: 14_400, MaxWaitTimeInSeconds: 28_800 },
      CheckpointConfig: { S3Uri: 's3://artifacts/checkpoints/fraud/a_run-with_underscores/' },
      HyperParameters: {
        eta: '0.1',
        seed: '1',
      },
      Environment: { COALMINE_CONTAINER: 'xgboost' },
      AlgorithmSpecification: {
        ContainerEntrypoint: [
          '/bin/bash',
          '-c',
          'mkdir -p /tmp/code && tar -xzf /opt/ml/input/data/code/*.tar.gz -C /tmp/code && exec python /tmp/code/train.py',
        ],
      },
      OutputDataConfig: { KmsKeyId: expect.stringContaining('kms') },
    });
    // ml.g5 encrypts its local disk by itself and refuses a key for it.
    expect(job?.['ResourceConfig']).toEqual({
      InstanceType: 'ml.g5.xlarge',
      InstanceCount: 1,
      VolumeSizeInGB: 50,
    });
    const channels = job?.['InputDataConfig'] as { ChannelName: string }[];
    expect(channels.map((c) => c.ChannelName)).toEqual(['train', 'validation', 'signature', 'code']);
  });

  it('gives the key for a volume that has none of its own, and no spot wait to a job on demand', async () => {
    const { t, jobs } = await setUp({ substitutions: { InstanceType: 'ml.m5.xlarge', UseSpot: 'false' } });
    await t.end(await t.start('retrain'));
    expect(jobs[0]).toMatchObject({
      ResourceConfig: { VolumeKmsKeyId: expect.stringContaining('kms') },
      EnableManagedSpotTraining: false,
      StoppingCondition: { MaxRuntimeInSeconds: 14_400 },
    });
    expect(jobs[0]?.['StoppingCondition']).not.toHaveProperty('MaxWaitTimeInSeconds');
  });

  it('ends rejected with the reasons when a gate fails', async () => {
    const { t, told } = await setUp({}, { passed: false, reasons: ['auc 0.6 is below 0.8', 'too few rows'] });
    const e = await t.end(await t.start('retrain', {}, 'run-1'));
    expect(e).toMatchObject({ status: 'FAILED', error: 'GateFailed' });
    expect(told('registry', 'finish-run')).toMatchObject({
      outcome: 'rejected',
      error: 'GateFailed',
      cause: 'auc 0.6 is below 0.8; too few rows',
      step: 'Evaluate',
      datasetVersion: 'ds-1',
      evidence: { goldenVersion: 'golden-1', evaluation: { passed: false } },
    });
  });

  it('ends failed with the reason that the training gave', async () => {
    const { t, told } = await setUp(
      {},
      {},
      {
        TrainingJobStatus: 'Failed',
        FailureReason: 'AlgorithmError: eta must be above 0',
      },
    );
    const e = await t.end(await t.start('retrain'));
    expect(e).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(told('registry', 'finish-run')).toMatchObject({
      outcome: 'failed',
      step: 'Train',
      cause: 'AlgorithmError: eta must be above 0',
    });
  });

  it('ends rejected when the data is', async () => {
    const rejected = () => {
      throw Object.assign(new Error('7 % of the rows are rejected'), { name: 'DatasetRejected' });
    };
    const { t, told } = await setUp({ functions: { dataset: rejected } });
    await t.end(await t.start('retrain'));
    expect(told('registry', 'finish-run')).toMatchObject({
      outcome: 'rejected',
      error: 'DatasetRejected',
      cause: '7 % of the rows are rejected',
      step: 'FreezeGolden',
    });
  });

  it('announces itself that it failed when the registry is broken', async () => {
    const { t } = await setUp();
    t.breakFunction('registry', 'Runtime.ExitError');
    const e = await t.end(await t.start('retrain', {}, 'run-1'));
    expect(e.status).toBe('FAILED');
    expect(t.announced.at(-1)).toMatchObject({
      type: 'retrain.failed',
      detail: { run: 'run-1', error: 'Runtime.ExitError', step: 'StartRun', execution: e.executionArn },
    });
  });

  it('announces when the release cannot be started, and keeps the version', async () => {
    const { t, told } = await setUp();
    const execution = await t.start('retrain', {}, 'run-1');
    t.cloud.denied.add('states:StartExecution');
    expect((await t.end(execution)).status).toBe('FAILED');
    expect(t.announced.at(-1)).toMatchObject({
      type: 'release.failed',
      detail: { version: 7, step: 'StartRelease' },
    });
    expect(told('registry', 'finish-run')).toBeUndefined();
  });

  it('leaves the release to others when the model does not release on registration', async () => {
    const { t } = await setUp({ substitutions: { ReleaseOnRegistration: 'false' } });
    expect((await t.end(await t.start('retrain'))).status).toBe('SUCCEEDED');
    expect(t.states.executions).toHaveLength(1);
  });
});
