import { Stack, type StackProps } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { OperationAlarms } from '../alarms/operation-alarms.ts';
import { ReleaseAlarms } from '../alarms/release-alarms.ts';
import { rollbackRules } from '../alarms/rollback-rules.ts';
import { announceStoppedExecutions } from '../alarms/stopped-executions.ts';
import { modelDashboard } from '../dashboard/model-dashboard.ts';
import { DriftFunction } from '../drift/drift-function.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { DeadLetters } from '../shared/dead-letters.ts';
import { modelSchedule, scheduleRetry } from '../shared/model-schedule.ts';
import type { ModelStackProps } from '../shared/model-stack.ts';
import { render } from '../shared/permissions.ts';
import type { ServingStack } from './serving-stack.ts';
import type { TrainingStack } from './training-stack.ts';

export interface MonitoringStackProps extends ModelStackProps, StackProps {
  readonly training: TrainingStack;
  readonly serving: ServingStack;
}

/** Watches one model, wakes people, and brings releases back. */
export class MonitoringStack extends Stack {
  readonly drift: DriftFunction;
  readonly deadLetters: DeadLetters;
  readonly releaseAlarms: ReleaseAlarms;
  readonly operationAlarms: OperationAlarms;

  constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    super(scope, id, props);
    this.deadLetters = new DeadLetters(this, 'DeadLetters');
    this.drift = new DriftFunction(this, 'Drift', { ...props, deadLetters: this.deadLetters });
    this.scheduleDrift(props);
    this.releaseAlarms = new ReleaseAlarms(this, 'ReleaseAlarms', {
      definition: props.definition,
      inference: props.serving.inference,
    });
    this.operationAlarms = this.createOperationAlarms(props);
    this.rollBackOnAlarm(props);
    this.notify(props);
    this.createDashboard(props);
  }

  private scheduleDrift({ definition }: ModelStackProps): void {
    const role = new Role(this, 'DriftScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
    });
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::${render(this, `${this.drift.function.functionArn}:*`)}]`,
      'The schedule invokes one function; its versions belong to it.',
    );
    modelSchedule(this, 'DriftSchedule', {
      description: `Checks ${definition.name} for drift`,
      expression: definition.schedule.driftCheck,
      timeZone: definition.schedule.timeZone,
      target: new LambdaInvoke(this.drift.function, {
        ...scheduleRetry(this.deadLetters, role),
        // The scheduled time makes a repeated delivery the same check.
        input: ScheduleTargetInput.fromObject({ at: ContextAttribute.scheduledTime }),
      }),
    });
  }

  private createOperationAlarms(props: MonitoringStackProps): OperationAlarms {
    const { serving, training, storage } = props;
    return new OperationAlarms(this, 'OperationAlarms', {
      definition: props.definition,
      retrain: training.retrain,
      rollback: serving.machines.rollback,
      drift: this.drift,
      deadLetters: {
        storage: storage.notifications.deadLetters.queue,
        training: training.deadLetters.queue,
        serving: serving.deadLetters.queue,
        monitoring: this.deadLetters.queue,
      },
    });
  }

  private rollBackOnAlarm({ serving }: MonitoringStackProps): void {
    rollbackRules(this, {
      alarms: this.releaseAlarms,
      rollback: serving.machines.rollback,
      deadLetters: this.deadLetters,
    });
  }

  private notify({ storage, serving, training }: MonitoringStackProps): void {
    announceStoppedExecutions(this, {
      machines: [training.retrain, serving.machines.release, serving.machines.rollback],
      topic: storage.notifications.topic,
      deadLetters: this.deadLetters,
    });
    for (const alarm of [...this.releaseAlarms.all, ...this.operationAlarms.all]) {
      storage.notifications.notify(alarm);
    }
  }

  private createDashboard({ definition }: MonitoringStackProps): void {
    modelDashboard(this, 'Dashboard', {
      definition,
      alarms: [...this.releaseAlarms.all, ...this.operationAlarms.all],
    });
  }
}
