import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { DomainEventType } from '../../contracts/events.ts';
import { EVENT_SOURCE } from '../../contracts/names.ts';
import { DatasetFunction } from '../dataset/dataset-function.ts';
import { EvaluationFunction } from '../evaluation/evaluation-function.ts';
import { RegistryFunction } from '../registry/registry-function.ts';
import { RetentionFunction } from '../retention/retention-function.ts';
import { DeadLetters } from '../shared/dead-letters.ts';
import type { Machine } from '../shared/machine.ts';
import { modelSchedule, scheduleRetry } from '../shared/model-schedule.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { retrainMachine } from '../training/retrain-machine.ts';
import { type PackedSource, sourceAsset } from '../training/source.ts';
import { trainingImage } from '../training/training-image.ts';
import { trainingRole } from '../training/training-role.ts';
import { warnOfLackingWheels } from '../training/wheels.ts';

export interface TrainingStackProps extends ModelStackProps, StackProps {
  /** The release machine of the model. */
  readonly release: Machine;
  /** The packed training program. */
  readonly source: PackedSource;
}

/** From raw data to a registered version. */
export class TrainingStack extends Stack {
  readonly retrain: Machine;
  readonly registry: RegistryFunction;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, props: TrainingStackProps) {
    super(scope, id, props);
    this.deadLetters = new DeadLetters(this, 'DeadLetters');
    this.registry = new RegistryFunction(this, 'Registry', props);
    this.retrain = this.createMachine(props);
    this.scheduleRetrain(props);
    this.keepRetention(props);
    this.retrainOnRequest(props);
    this.createOutputs();
  }

  private createMachine(props: TrainingStackProps): Machine {
    const source = sourceAsset(this, 'Source', props.source.bytes);
    warnOfLackingWheels(this, props.definition, props.source.lacking);
    const image = trainingImage(this);
    return retrainMachine(this, 'Retrain', {
      ...props,
      source,
      image: image.uri,
      registry: this.registry,
      dataset: new DatasetFunction(this, 'Dataset', props),
      evaluation: new EvaluationFunction(this, 'Evaluation', props),
      trainingRole: trainingRole(this, 'TrainingRole', {
        ...props,
        source,
        repositoryArn: image.repositoryArn,
      }),
    });
  }

  private scheduleRetrain({ definition }: TrainingStackProps): void {
    modelSchedule(this, 'RetrainSchedule', {
      description: `Retrains ${definition.name}`,
      expression: definition.schedule.retrain,
      timeZone: definition.schedule.timeZone,
      target: new StepFunctionsStartExecution(this.retrain.machine, {
        ...scheduleRetry(this.deadLetters),
        input: ScheduleTargetInput.fromObject({ reason: 'schedule', by: 'schedule' }),
      }),
    });
  }

  /** Once a day, before the retrains of the morning. */
  private keepRetention(props: TrainingStackProps): void {
    const { deadLetters } = this;
    const retention = new RetentionFunction(this, 'Retention', { ...props, deadLetters });
    retention.schedule(this, 'RetentionSchedule');
  }

  /** Drift, or a person, asks on the bus. */
  private retrainOnRequest({ definition, storage }: TrainingStackProps): void {
    const requested: DomainEventType = 'retrain.requested';
    new Rule(this, 'RetrainRequested', {
      description: `Retrains ${definition.name} when somebody asks for it`,
      eventBus: storage.platformBus.bus,
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: [requested],
        detail: { model: [definition.name] },
      },
      targets: [
        new SfnStateMachine(this.retrain.machine, {
          input: RuleTargetInput.fromObject({
            reason: EventField.fromPath('$.detail.reason'),
            by: EventField.fromPath('$.detail.by'),
          }),
          deadLetterQueue: this.deadLetters.queue,
          retryAttempts: 10,
          maxEventAge: Duration.hours(1),
        }),
      ],
    });
  }

  private createOutputs(): void {
    new CfnOutput(this, 'RetrainMachineArn', { value: this.retrain.arn });
    new CfnOutput(this, 'RegistryFunctionName', { value: this.registry.function.functionName });
  }
}
