import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { InferenceFunction } from '../inference/inference-function.ts';
import { ModelApi } from '../inference/model-api.ts';
import { PredictionLog } from '../inference/prediction-log.ts';
import { OutcomesFunction } from '../outcomes/outcomes-function.ts';
import { ReleaseFunction } from '../release/release-function.ts';
import { ReleaseMachines } from '../release/release-machines.ts';
import { recoverReleases } from '../release/release-recovery.ts';
import { RollbackFunction } from '../rollback/rollback-function.ts';
import { DeadLetters } from '../shared/dead-letters.ts';
import { modelSchedule, scheduleRetry } from '../shared/model-schedule.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';

/** Predictions of one model, and how a version comes to serve them. */
export class ServingStack extends Stack {
  readonly inference: InferenceFunction;
  readonly outcomes: OutcomesFunction;
  readonly machines: ReleaseMachines;
  readonly api: ModelApi;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, props: ModelStackProps & StackProps) {
    super(scope, id, props);
    this.deadLetters = new DeadLetters(this, 'DeadLetters');
    this.inference = new InferenceFunction(this, 'Inference', props);
    this.outcomes = new OutcomesFunction(this, 'Outcomes', props);
    this.collectPredictions(props);
    this.machines = this.createMachines(props);
    this.scheduleReleases(props);
    this.api = new ModelApi(this, 'Api', {
      ...props,
      predictor: this.inference.live,
      outcomes: this.outcomes.function,
    });
    this.createOutputs();
  }

  private collectPredictions(props: ModelStackProps): void {
    const log = new PredictionLog(this, 'PredictionLog', props);
    log.collect(this.inference.logGroup);
    log.collect(this.outcomes.logGroup);
  }

  private createMachines(props: ModelStackProps): ReleaseMachines {
    const { inference } = this;
    const releaseFunction = new ReleaseFunction(this, 'Release', { ...props, inference });
    const machines = new ReleaseMachines(this, 'Machines', {
      ...props,
      releaseFunction,
      rollbackFunction: new RollbackFunction(this, 'Rollback', { ...props, inference }),
    });
    recoverReleases(this, { release: machines.release, releaseFunction, deadLetters: this.deadLetters });
    return machines;
  }

  /** The release train, for models that have one. */
  private scheduleReleases({ definition }: ModelStackProps): void {
    const { start } = definition.release;
    if (typeof start === 'string') return;
    modelSchedule(this, 'ReleaseSchedule', {
      description: `Releases the newest registered version of ${definition.name}`,
      expression: start.schedule,
      timeZone: definition.schedule.timeZone,
      target: new StepFunctionsStartExecution(this.machines.release.machine, {
        ...scheduleRetry(this.deadLetters),
        input: ScheduleTargetInput.fromObject({
          version: 'latest',
          by: 'schedule',
          reason: 'release schedule',
        }),
      }),
    });
  }

  private createOutputs(): void {
    const { inference, machines } = this;
    const outputs = {
      ApiUrl: this.api.api.url,
      ApiClientPolicyArn: this.api.clientPolicy.managedPolicyArn,
      InferenceFunctionName: inference.function.functionName,
      InferenceLogGroupName: inference.logGroup.logGroupName,
      ReleaseMachineArn: machines.release.arn,
      RollbackMachineArn: machines.rollback.arn,
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}
