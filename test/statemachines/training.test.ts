import { describe, expect, it } from 'vitest';
import { TRAINING_METRICS } from '../../contracts/trainer.ts';
import { tuningJobConfig } from '../../lambdas/registry/tuning-job.ts';
import { AwsError } from '../../local/cloud/types.ts';
import { load } from './load.ts';
import { type Play, planOf, setUp, TRIES } from './retrain-world.ts';

const CAPACITY = 'CapacityError: Unable to provision requested ML compute capacity.';
const failed = (FailureReason: string) => ({
  TrainingJobStatus: 'Failed',
  FailureReason,
  BillableTimeInSeconds: undefined,
});
/** A play in which the first `n` jobs find no instances. */
const shortOf = (n: number, how: 'capacity' | 'quota'): Play => {
  let left = n;
  return {
    create: (job) => {
      if (left-- <= 0) return;
      if (how === 'quota') throw new AwsError('ResourceLimitExceeded', 'the limit is 0 Instances');
      Object.assign(job, failed(CAPACITY));
    },
  };
};
const types = (jobs: readonly Record<string, unknown>[]) =>
  jobs.map((j) => (j['ResourceConfig'] as { InstanceType: string }).InstanceType);

describe('the budget of a training', () => {
  it('ends a run that may cost too much before there is a job, and tells what the function said', async () => {
    const said = 'this training may cost up to 5.63 USD, and 1.00 of the 200.00 USD are left';
    const finished: unknown[] = [];
    const registry = (payload: { action: string }) => {
      if (payload.action === 'plan-training')
        throw Object.assign(new Error(said), { name: 'BudgetExceeded' });
      if (payload.action === 'finish-run') finished.push(payload);
      return { hyperparameters: {}, repeats: null };
    };
    const { t, jobs } = await setUp({ functions: { registry } });
    const e = await t.end(await t.start('retrain'));
    expect(e).toMatchObject({ status: 'FAILED', error: 'BudgetExceeded', cause: said });
    expect(jobs).toEqual([]);
    expect(finished).toMatchObject([
      { outcome: 'failed', error: 'BudgetExceeded', cause: said, step: 'PlanTraining', attempts: [] },
    ]);
  });

  it('is charged once the job has ended, with what SageMaker billed', async () => {
    const { t, told } = await setUp();
    await t.end(await t.start('retrain'));
    expect(told('registry', 'record-training')).toMatchObject({
      attempts: [{ job: 'fraud-run-0', instanceType: 'ml.g5.xlarge', billableSeconds: 40, reason: null }],
      trials: [],
      best: null,
    });
  });

  it('does not guess what a job was billed that did not tell', async () => {
    const { t, told } = await setUp({ answer: failed('AlgorithmError: no data') });
    await t.end(await t.start('retrain'));
    expect(told('registry', 'finish-run')).toMatchObject({ attempts: [{ billableSeconds: null }] });
  });
});

describe('a shortage of instances', () => {
  it.each(['capacity', 'quota'] as const)('is waited out, then another type is tried (%s)', async (how) => {
    const { t, jobs, told } = await setUp(shortOf(4, how));
    const e = await t.end(await t.start('retrain'));
    expect(e.status).toBe('SUCCEEDED');
    expect(types(jobs)).toEqual([...Array(4).fill('ml.g5.xlarge'), 'ml.m5.xlarge']);
    expect(new Set(jobs.map((j) => j['TrainingJobName'])).size).toBe(5);
    expect(t.cloud.clock.now() - Date.parse('2026-11-16T08:00:00Z')).toBeGreaterThanOrEqual(3_900_000);
    expect(told('registry', 'record-training')).toMatchObject({
      attempts: [
        ...Array(4).fill({ short: true, billableSeconds: 0, instanceType: 'ml.g5.xlarge' }),
        { short: false, billableSeconds: 40, instanceType: 'ml.m5.xlarge' },
      ],
    });
  });

  it('ends the run when no type is left, with all of them named', async () => {
    const { t, jobs, told } = await setUp(shortOf(Number.POSITIVE_INFINITY, 'capacity'));
    const e = await t.end(await t.start('retrain'));
    expect(e).toMatchObject({ status: 'FAILED', error: 'CapacityExhausted' });
    expect(jobs).toHaveLength(TRIES);
    const { cause } = told('registry', 'finish-run') as unknown as { cause: string };
    expect(cause).toContain(`ml.g5.xlarge (${CAPACITY})`);
    expect(cause).toContain(`ml.m5.xlarge (${CAPACITY})`);
  });

  it('is not what every failure is: one of the program ends the run at once', async () => {
    const { t, jobs } = await setUp({ answer: failed('AlgorithmError: eta must be above 0') });
    expect((await t.end(await t.start('retrain'))).status).toBe('FAILED');
    expect(jobs).toHaveLength(1);
  });
});

describe('tuning', () => {
  const config = tuningJobConfig(
    {
      maxTrials: 3,
      parallel: 1,
      metric: 'validation-auc',
      ranges: { eta: { kind: 'continuous', min: 0.01, max: 0.3, scale: 'auto' } },
      earlyStopping: true,
      maxFailedTrials: 1,
    },
    1,
  );
  const trial = (n: number, more: object = {}) => ({
    TrainingJobName: `fraud-run-0-00${n}`,
    TrainingJobStatus: 'Completed',
    TunedHyperParameters: { eta: `0.${n}` },
    FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'validation-auc', Value: 0.9 },
    BillableTimeInSeconds: 10 * n,
    ...more,
  });
  const plan = {
    tuning: config,
    network: { VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] } },
  };

  it('sends the best trial on to evaluation as a single job, and records them all', async () => {
    const stopped = { TrainingJobStatus: 'Stopped', FinalHyperParameterTuningJobObjectiveMetric: undefined };
    const best = { ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/best.tar.gz' } };
    const { t, jobs, told } = await setUp({
      plan,
      search: {
        description: { BestTrainingJob: { TrainingJobName: 'fraud-run-0-002' } },
        trials: [trial(1), trial(2, best), trial(3, stopped)],
      },
    });
    const e = await t.end(await t.start('retrain'));
    expect(e.status).toBe('SUCCEEDED');
    expect(jobs).toMatchObject([
      {
        HyperParameterTuningJobName: 'fraud-run-0',
        HyperParameterTuningJobConfig: { Strategy: 'Bayesian', RandomSeed: 1 },
        TrainingJobDefinition: {
          StaticHyperParameters: {
            eta: '0.1',
            sagemaker_program: 'train.py',
            sagemaker_submit_directory: '/opt/ml/input/data/code/abc.tar.gz',
          },
          EnableNetworkIsolation: true,
          VpcConfig: plan.network.VpcConfig,
        },
      },
    ]);
    // Trials have no entry point of ours and share no checkpoints.
    const definition = jobs[0]!['TrainingJobDefinition'] as Record<string, object>;
    expect(definition['AlgorithmSpecification']).not.toHaveProperty('ContainerEntrypoint');
    expect(definition).not.toHaveProperty('CheckpointConfig');
    expect(told('evaluation')).toMatchObject({ modelData: 's3://artifacts/best.tar.gz' });
    expect(told('registry', 'record-training')).toMatchObject({
      best: 'fraud-run-0-002',
      attempts: [{ job: 'fraud-run-0', billableSeconds: 60, reason: null, short: false }],
      trials: [
        { job: 'fraud-run-0-001', status: 'Completed', hyperparameters: { eta: '0.1' }, objective: 0.9 },
        { job: 'fraud-run-0-002', billableSeconds: 20, seconds: 120, reason: null },
        { job: 'fraud-run-0-003', status: 'Stopped', objective: null },
      ],
    });
    expect(told('registry', 'register')).toMatchObject({
      training: { job: 'fraud-run-0-002', billableSeconds: 20, modelData: 's3://artifacts/best.tar.gz' },
    });
  });

  it('ends the run when the search failed, and still records and charges its trials', async () => {
    const wrong = { TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: eta must be above 0' };
    const { t, told } = await setUp({
      plan,
      search: {
        description: {
          HyperParameterTuningJobStatus: 'Failed',
          FailureReason: 'All training jobs failed.',
        },
        trials: [trial(1, wrong), trial(2, wrong)],
      },
    });
    const e = await t.end(await t.start('retrain'));
    expect(e).toMatchObject({ status: 'FAILED', cause: 'All training jobs failed.' });
    expect(told('registry', 'finish-run')).toMatchObject({
      step: 'Tune',
      attempts: [{ billableSeconds: 30, short: false, reason: 'All training jobs failed.' }],
      trials: [{ reason: 'AlgorithmError: eta must be above 0' }, { status: 'Failed' }],
    });
  });

  it('tries another type when every trial found no instances, and when the quota refuses the search', async () => {
    const none = { TrainingJobStatus: 'Failed', FailureReason: CAPACITY, BillableTimeInSeconds: undefined };
    const search = {
      description: { HyperParameterTuningJobStatus: 'Failed', FailureReason: 'All training jobs failed.' },
      trials: [trial(1, none)],
    };
    const short = await setUp({ plan: { tuning: config }, search });
    expect(await short.t.end(await short.t.start('retrain'))).toMatchObject({ error: 'CapacityExhausted' });
    expect(short.jobs).toHaveLength(TRIES);
    const refuse = () => {
      throw new AwsError('ResourceLimitExceeded', 'the limit is 0 Instances');
    };
    const quota = await setUp({ plan: { tuning: config }, create: refuse });
    expect(await quota.t.end(await quota.t.start('retrain'))).toMatchObject({ error: 'CapacityExhausted' });
    expect(quota.jobs).toHaveLength(TRIES);
  });

  it('ends the run when the function takes none of the trials for a candidate, and evaluates nothing', async () => {
    const registry = (payload: { action: string }) => {
      if (payload.action === 'record-training')
        throw Object.assign(new Error('none of 1 trials gave a model'), { name: 'TuningFailed' });
      if (payload.action === 'plan-training') return { ...planOf([]), tuning: config };
      return { hyperparameters: {}, repeats: null };
    };
    const { t, told } = await setUp({
      functions: { registry },
      search: { description: {}, trials: [trial(1, { TrainingJobStatus: 'Stopped' })] },
    });
    const e = await t.end(await t.start('retrain'));
    expect(e).toMatchObject({ error: 'TuningFailed', cause: 'none of 1 trials gave a model' });
    expect(told('evaluation')).toBeUndefined();
  });
});

describe('the metrics of a training', () => {
  it('are those that the trainers print, on the lines that they print', () => {
    const { algorithm } = load('retrain').States['DescribeJob']!.Assign as {
      algorithm: { MetricDefinitions: { Name: string; Regex: string }[] };
    };
    expect(algorithm.MetricDefinitions.map((m) => m.Name)).toEqual(TRAINING_METRICS);
    for (const name of TRAINING_METRICS) {
      const found = algorithm.MetricDefinitions.filter((m) =>
        new RegExp(m.Regex).test(`metric ${name}=0.912345 epoch=7`),
      );
      expect(found.map((m) => m.Name)).toEqual([name]);
    }
  });
});
