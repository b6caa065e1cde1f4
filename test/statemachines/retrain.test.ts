import { describe, expect, it } from 'vitest';
import { domainEventSchema } from '../../contracts/events.ts';
import { setUp } from './retrain-world.ts';

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
      'plan-training',
      'record-training',
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
    expect(calls.map((c) => c.payload.action ?? c.name)).toEqual([
      'start-run',
      'plan-training',
      'record-training',
      'compare',
    ]);
    expect(told('registry', 'start-run')).toMatchObject({ reproduce: 'run-0' });
    expect(jobs).toHaveLength(1);
    expect(JSON.stringify(jobs[0]?.['InputDataConfig'])).toContain('s3://d/ds-0/validation');
    expect(told('registry', 'compare')).toMatchObject({
      run: 'run-1',
      training: { modelData: 's3://artifacts/model.tar.gz' },
    });
    expect(t.states.executions).toHaveLength(1);
  });

  it.each([40, null])('announces the training with its metrics and %s billed seconds', async (billed) => {
    const { t } = await setUp({ answer: { BillableTimeInSeconds: billed ?? undefined } });
    await t.end(await t.start('retrain', {}, 'run-1'));
    const { type, detail } = t.announced[0]!;
    expect(domainEventSchema.parse({ type, ...detail })).toMatchObject({
      type: 'training.completed',
      run: 'run-1',
      seconds: 120,
      billedSeconds: billed,
      metrics: { 'validation-auc': 0.9, 'train-logloss': 0.1 },
    });
  });

  it('asks SageMaker for an isolated, encrypted spot job as it was planned', async () => {
    const { t, jobs } = await setUp();
    await t.end(await t.start('retrain', {}, 'a_run-with_underscores'));
    const [job] = jobs;
    expect(job?.['TrainingJobName']).toBe('fraud-run-0');
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
          'mkdir -p /tmp/code && tar -xzf /opt/ml/input/data/code/*.tar.gz -C /tmp/code && true && exec python /tmp/code/train.py',
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
    const { t, jobs } = await setUp({
      substitutions: { UseSpot: 'false' },
      plan: { instanceType: 'ml.m5.xlarge' },
    });
    await t.end(await t.start('retrain'));
    expect(jobs[0]).toMatchObject({
      ResourceConfig: { VolumeKmsKeyId: expect.stringContaining('kms') },
      EnableManagedSpotTraining: false,
      StoppingCondition: { MaxRuntimeInSeconds: 14_400 },
    });
    expect(jobs[0]?.['StoppingCondition']).not.toHaveProperty('MaxWaitTimeInSeconds');
  });

  it('ends rejected with the reasons when a gate fails', async () => {
    const { t, told } = await setUp({
      evaluation: { passed: false, reasons: ['auc 0.6 is below 0.8', 'too few rows'] },
    });
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
    const { t, told } = await setUp({
      answer: { TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: eta must be above 0' },
    });
    const e = await t.end(await t.start('retrain'));
    expect(e).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(told('registry', 'finish-run')).toMatchObject({
      outcome: 'failed',
      step: 'Train',
      cause: 'AlgorithmError: eta must be above 0',
      attempts: [{ billableSeconds: 40, short: false, reason: 'AlgorithmError: eta must be above 0' }],
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
