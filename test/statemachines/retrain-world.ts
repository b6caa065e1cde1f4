import { registryInput } from '../../contracts/steps.ts';
import { instanceTypesOf, trainerSchema } from '../../contracts/trainer.ts';
import type { Attempt, TrainingPlan } from '../../contracts/training.ts';
import { chooseInstances } from '../../lambdas/registry/capacity.ts';
import { AwsError } from '../../local/cloud/types.ts';
import { fakeService } from '../local/fake-cloud.ts';
import type { Functions } from '../local/states/machine-under-test.ts';
import { type Cast, type Theatre, theatre } from './theatre.ts';

export interface Call {
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

const trainer = trainerSchema.parse({ fallbackInstanceTypes: ['ml.m5.xlarge'] });
/** Four tries of each type, as the registry function plans them. */
export const TRIES = 4 * instanceTypesOf(trainer).length;
export const planOf = (attempts: readonly Attempt[]): TrainingPlan => {
  const { instanceType, waitSeconds } = chooseInstances(trainer, attempts);
  return {
    name: `fraud-run-${attempts.length}`,
    instanceType,
    waitSeconds,
    hyperparameters: { eta: '0.1', seed: '1' },
    network: {},
    tuning: null,
    timeoutSeconds: 32_400,
  };
};

/** Functions that do as their contracts say, and remember what they were told. */
function cast(calls: Call[], evaluation: object, plan: Partial<TrainingPlan>): Functions {
  const actor = (name: string, answer: (payload: Call['payload']) => unknown) => (payload: never) => {
    calls.push({ name, payload });
    return answer(payload);
  };
  return {
    registry: actor('registry', (payload) => {
      registryInput.parse(payload);
      if (payload.action === 'start-run')
        return { run: payload['run'], hyperparameters: { eta: '0.1', seed: '1' }, repeats: repeats(payload) };
      if (payload.action === 'plan-training') return { ...planOf(payload['attempts'] as Attempt[]), ...plan };
      if (payload.action === 'record-training') return { hyperparameters: {} };
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

export interface Play extends Cast {
  readonly evaluation?: object;
  readonly plan?: Partial<TrainingPlan>;
  /** Laid over SageMaker's description of a job. */
  readonly answer?: object;
  /** What SageMaker says to a job before it takes it; an error is thrown. */
  readonly create?: (job: Record<string, unknown>) => void;
  /** SageMaker's search. */
  readonly search?: { readonly description: object; readonly trials: readonly object[] };
}

/** SageMaker whose jobs are done at once, as its answer says. */
function sagemaker(jobs: Record<string, unknown>[], { answer, create, search }: Play) {
  const described = new Map<string, object>();
  return fakeService(
    'sagemaker',
    {
      CreateTrainingJob: (input) => {
        jobs.push(input);
        create?.(input);
        return { TrainingJobArn: 'arn' };
      },
      DescribeTrainingJob: ({ TrainingJobName }) => {
        const job =
          jobs.find((j) => j['TrainingJobName'] === TrainingJobName) ?? described.get(TrainingJobName);
        const of = (job ?? {}) as Record<string, unknown>;
        return {
          TrainingJobName,
          TrainingJobStatus: 'Completed',
          AlgorithmSpecification: { TrainingImage: 'image' },
          ResourceConfig: { InstanceType: 'ml.g5.xlarge', InstanceCount: 1 },
          ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/model.tar.gz' },
          TrainingTimeInSeconds: 120,
          BillableTimeInSeconds: 40,
          FinalMetricDataList: [
            { MetricName: 'validation-auc', Value: 0.9, Timestamp: 1 },
            { MetricName: 'train-logloss', Value: 0.1, Timestamp: 1 },
          ],
          ...of,
          ...answer,
        };
      },
      CreateHyperParameterTuningJob: (input) => {
        jobs.push(input);
        create?.(input);
        for (const t of search?.trials ?? [])
          described.set((t as { TrainingJobName: string }).TrainingJobName, t);
        return { HyperParameterTuningJobArn: 'arn' };
      },
      DescribeHyperParameterTuningJob: () => ({
        HyperParameterTuningJobStatus: 'Completed',
        ...search?.description,
      }),
      ListTrainingJobsForHyperParameterTuningJob: () => {
        if (!search) throw new AwsError('ResourceNotFound', 'no such tuning job');
        return { TrainingJobSummaries: search.trials };
      },
    },
    { ended: async () => {}, tuningEnded: async () => {} },
  );
}

/** The retrain machine among actors; `told` finds what one of them was told last. */
export async function setUp(play: Play = {}) {
  const calls: Call[] = [];
  const jobs: Record<string, unknown>[] = [];
  const t: Theatre = await theatre({
    services: [sagemaker(jobs, play)],
    ...play,
    functions: { ...cast(calls, play.evaluation ?? {}, play.plan ?? {}), ...play.functions },
  });
  const told = (name: string, action?: string) =>
    calls.findLast((c) => c.name === name && c.payload.action === action)?.payload;
  return { t, calls, jobs, told };
}
