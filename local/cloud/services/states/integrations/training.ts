import type { SageMakerService } from '../../sagemaker/service.ts';
import { StateError } from '../errors.ts';
import { abortable } from '../waiting.ts';
import { argumentsOf, callService, errorNamer, type Integration, plain } from './integration.ts';

const name = errorNamer('SageMaker', 'AmazonSageMakerException');
/** The rule by which Step Functions hears of training jobs; `.sync` needs the right to make it. */
const EVENTS_RULE = 'StepFunctionsGetEventsForSageMakerTrainingJobsRule';

/**
 * `sagemaker:createTrainingJob` and `.sync`. The latter needs, beside CreateTrainingJob, `DescribeTrainingJob` and
 * `StopTrainingJob` on the job and `events:PutTargets, PutRule, DescribeRule` on the rule above, waits for the job's end, and
 * fails as States.TaskFailed with the job's description when it did not complete.
 */
export const createTrainingJob = (sync: boolean): Integration => ({
  resourceType: 'sagemaker',
  resource: sync ? 'createTrainingJob.sync' : 'createTrainingJob',
  callback: false,
  run: async (args, call) => {
    const { cloud, caller } = call;
    const given = argumentsOf(args);
    const job = { TrainingJobName: String(given['TrainingJobName']) };
    if (sync) {
      const events = `arn:aws:events:${cloud.region}:${cloud.account}:rule/${EVENTS_RULE}`;
      const training = `arn:aws:sagemaker:${cloud.region}:${cloud.account}:training-job/${job.TrainingJobName}`;
      try {
        cloud.authorize(caller, [
          ...['events:PutTargets', 'events:PutRule', 'events:DescribeRule'].map((action) => ({
            action,
            resource: events,
          })),
          ...['sagemaker:DescribeTrainingJob', 'sagemaker:StopTrainingJob'].map((action) => ({
            action,
            resource: training,
          })),
        ]);
      } catch (e) {
        throw new StateError('SageMaker.AmazonSageMakerException', (e as Error).message);
      }
    }
    const created = await callService(call, 'sagemaker', 'CreateTrainingJob', given, name);
    if (!sync) return plain(created);
    const sagemaker = cloud.service<SageMakerService>('sagemaker');
    try {
      await cloud.clock.suspend(abortable(sagemaker.ended(job.TrainingJobName), call.signal));
    } catch (e) {
      await callService(call, 'sagemaker', 'StopTrainingJob', job, name).catch(() => {});
      throw e;
    }
    const described = plain(await callService(call, 'sagemaker', 'DescribeTrainingJob', job, name));
    const status = (described as { TrainingJobStatus?: string }).TrainingJobStatus;
    if (status !== 'Completed') throw new StateError('States.TaskFailed', JSON.stringify(described));
    return described;
  },
});
