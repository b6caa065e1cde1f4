import type { SageMakerService } from '../../sagemaker/service.ts';
import { StateError } from '../errors.ts';
import { abortable } from '../waiting.ts';
import { argumentsOf, callService, errorNamer, type Integration, plain } from './integration.ts';

const name = errorNamer('SageMaker', 'AmazonSageMakerException');

/** A kind of SageMaker job that Step Functions can wait for. */
interface JobKind {
  readonly resource: string;
  /** As operations and fields spell it, e.g. `TrainingJob`. */
  readonly kind: 'TrainingJob' | 'HyperParameterTuningJob';
  /** Type in the job's ARN. */
  readonly arn: string;
  /** The rule by which Step Functions hears of these jobs; `.sync` needs the right to make it. */
  readonly rule: string;
  readonly ended: (sagemaker: SageMakerService, job: string) => Promise<void>;
}

/**
 * `sagemaker:create…Job` and `.sync`. The latter needs, beside Create, Describe and Stop on the job and
 * `events:PutTargets, PutRule, DescribeRule` on the rule, waits for the job's end, and fails as States.TaskFailed with the
 * job's description when it did not complete.
 */
const createJob =
  ({ resource, kind, arn, rule, ended }: JobKind) =>
  (sync: boolean): Integration => ({
    resourceType: 'sagemaker',
    resource: sync ? `${resource}.sync` : resource,
    callback: false,
    run: async (args, call) => {
      const { cloud, caller } = call;
      const given = argumentsOf(args);
      const jobName = String(given[`${kind}Name`]);
      const job = { [`${kind}Name`]: jobName };
      if (sync) {
        const events = `arn:aws:events:${cloud.region}:${cloud.account}:rule/${rule}`;
        const itself = `arn:aws:sagemaker:${cloud.region}:${cloud.account}:${arn}/${jobName}`;
        try {
          cloud.authorize(caller, [
            ...['events:PutTargets', 'events:PutRule', 'events:DescribeRule'].map((action) => ({
              action,
              resource: events,
            })),
            ...[`sagemaker:Describe${kind}`, `sagemaker:Stop${kind}`].map((action) => ({
              action,
              resource: itself,
            })),
          ]);
        } catch (e) {
          throw new StateError('SageMaker.AmazonSageMakerException', (e as Error).message);
        }
      }
      const created = await callService(call, 'sagemaker', `Create${kind}`, given, name);
      if (!sync) return plain(created);
      const sagemaker = cloud.service<SageMakerService>('sagemaker');
      try {
        await cloud.clock.suspend(abortable(ended(sagemaker, jobName), call.signal));
      } catch (e) {
        await callService(call, 'sagemaker', `Stop${kind}`, job, name).catch(() => {});
        throw e;
      }
      const described = plain(await callService(call, 'sagemaker', `Describe${kind}`, job, name));
      const status = (described as Record<string, unknown>)[`${kind}Status`];
      if (status !== 'Completed') throw new StateError('States.TaskFailed', JSON.stringify(described));
      return described;
    },
  });

export const createTrainingJob = createJob({
  resource: 'createTrainingJob',
  kind: 'TrainingJob',
  arn: 'training-job',
  rule: 'StepFunctionsGetEventsForSageMakerTrainingJobsRule',
  ended: (sagemaker, job) => sagemaker.ended(job),
});

export const createTuningJob = createJob({
  resource: 'createHyperParameterTuningJob',
  kind: 'HyperParameterTuningJob',
  arn: 'hyper-parameter-tuning-job',
  rule: 'StepFunctionsGetEventsForSageMakerTuningJobsRule',
  ended: (sagemaker, job) => sagemaker.tuningEnded(job),
});
