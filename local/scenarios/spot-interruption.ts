import type { SageMakerService } from '../cloud/services/sagemaker/index.ts';
import type { Shape } from '../cloud/types.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { HOUR } from '../traffic/types.ts';
import { expectAnswered, expectChampion, expectThat, firstChampion, retrain } from './acts.ts';
import { at, fraudStage } from './fraud-stage.ts';
import type { Scenario } from './scenario.ts';

const INTERRUPTIONS = 2;

export const spotInterruption: Scenario = {
  name: 'spot-interruption',
  summary:
    'The spot instance of a training is taken away twice: it goes on from its checkpoints, gives the model that an undisturbed training gives, and that model becomes champion.',
  model: 'fraud',
  open: (options) => fraudStage(options, play, { busy: [[at(1, 9), at(1, 13)]] }),
};

async function play(r: Rehearsal): Promise<void> {
  r.fillLake(56);
  await firstChampion(r);
  await r.until(at(0, 12));
  r.traffic.play(at(1, 17));
  await r.until(at(1, 6));
  r.running.cloud.service<SageMakerService>('sagemaker').interruptTraining(INTERRUPTIONS);
  r.note(`The spot instance of the next training will be taken away ${INTERRUPTIONS} times`);
  const candidate = await retrain(r, 'new data');
  await expectInterrupted(r);
  await expectReproducible(r);
  await r.until(at(1, 9));
  await r.start('Release', { version: candidate, by: 'operator', reason: 'new data' });
  await r.wait('release.promoted', 4 * HOUR);
  await r.until(at(1, 17));
  await expectChampion(r, candidate);
  expectAnswered(r);
}

/** SageMaker's own account of the last training job: interrupted, and billed for training only. */
async function expectInterrupted(r: Rehearsal): Promise<void> {
  const { TrainingJobSummaries } = await r.call('sagemaker', 'ListTrainingJobs', { MaxResults: 1 });
  const { TrainingJobName } = TrainingJobSummaries[0];
  const job = await r.call('sagemaker', 'DescribeTrainingJob', { TrainingJobName });
  const states = job.SecondaryStatusTransitions.map((t: Shape) => t.Status);
  const times = states.filter((s: string) => s === 'Interrupted').length;
  r.note(`${TrainingJobName}: ${states.join(', ')}`);
  expectThat(
    times === INTERRUPTIONS,
    `the training should be interrupted ${INTERRUPTIONS} times, not ${times}`,
  );
  expectThat(
    job.BillableTimeInSeconds < job.TrainingTimeInSeconds,
    `spot should bill less than the ${job.TrainingTimeInSeconds} s trained, it billed ${job.BillableTimeInSeconds} s`,
  );
}

/** The same run again from its recorded inputs, undisturbed: the model must be the same to the byte. */
async function expectReproducible(r: Rehearsal): Promise<void> {
  const { run } = r.journal.of('version.registered').at(-1)!.detail;
  await r.start('Retrain', { reproduce: run, reason: 'undisturbed', by: 'operator' });
  const { detail } = await r.wait('run.repeated', HOUR);
  expectThat(
    detail.equal && detail.differences.length === 0,
    `the undisturbed training should give the same model; ${detail.differences.join(', ') || 'its hash differs'}`,
  );
}
