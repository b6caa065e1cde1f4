import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRICS } from '../../contracts/metrics.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import type { DriftFunction } from '../drift/drift-function.ts';
import type { Machine } from '../shared/machine.ts';
import { ModelMetrics } from './model-metrics.ts';
import { type RunbookAlarmProps, runbookAlarm } from './runbook-alarm.ts';

/** A weekly retrain that has not succeeded in 8 days has been missed once, with a day to spare. */
const RETRAIN_HOURS = 8 * 24;
/** A rollback that takes longer is a page; the rollback machine's own time-out is the same. */
const ROLLBACK_SECONDS = 180;

export interface OperationAlarmsProps {
  readonly definition: ModelDefinition;
  readonly retrain: Machine;
  readonly rollback: Machine;
  readonly drift: DriftFunction;
  /** Dead letters of the model's stacks, by the name of the stack. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
}

/** Alarms on what keeps the model healthy: people are told, nothing is rolled back. */
export class OperationAlarms extends Construct {
  readonly all: readonly Alarm[];
  private readonly props: OperationAlarmsProps;

  constructor(scope: Construct, id: string, props: OperationAlarmsProps) {
    super(scope, id);
    this.props = props;
    this.all = [
      this.retrainFailed(),
      this.retrainMissing(),
      this.driftCheckFailed(),
      this.rollbackFailed(),
      this.rollbackSlow(),
      ...Object.entries(props.deadLetters).map(([stack, queue]) => this.deadLetters(stack, queue)),
    ];
  }

  private retrainFailed(): Alarm {
    return this.alarm('RetrainFailed', {
      section: 'retrain-failed',
      what: 'a retrain ended without a version',
      metric: unsuccessful(this.props.retrain),
      threshold: 0,
    });
  }

  /** CloudWatch looks back 7 days at most: the age of the last success is itself the metric, written once a day. */
  private retrainMissing(): Alarm {
    return this.alarm('RetrainMissing', {
      section: 'retrain-missing',
      what: 'no retrain has succeeded in 8 days',
      metric: this.metrics.of(METRICS.hoursSinceRetrain, 'Maximum', Duration.hours(1)),
      threshold: RETRAIN_HOURS,
      // Between two checks nothing is known: the state stays what it was.
      treatMissingData: TreatMissingData.IGNORE,
    });
  }

  private driftCheckFailed(): Alarm {
    return this.alarm('DriftCheckFailed', {
      section: 'drift-check-failed',
      what: 'a drift check failed',
      metric: this.props.drift.function.metricErrors({ period: Duration.minutes(5) }),
      threshold: 0,
    });
  }

  private rollbackFailed(): Alarm {
    return this.alarm('RollbackFailed', {
      section: 'rollback-failed',
      what: 'a rollback failed or did not end in 3 minutes',
      metric: unsuccessful(this.props.rollback),
      threshold: 0,
    });
  }

  private rollbackSlow(): Alarm {
    return this.alarm('RollbackSlow', {
      section: 'rollback-slow',
      what: 'a rollback took longer than 3 minutes',
      metric: this.metrics.of(METRICS.rollbackSeconds, 'Maximum'),
      threshold: ROLLBACK_SECONDS,
    });
  }

  private deadLetters(stack: string, queue: IQueue): Alarm {
    return this.alarm(`DeadLetters-${stack}`, {
      section: 'dead-letters',
      what: `deliveries of the ${stack} stack failed for good`,
      metric: queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      threshold: 0,
    });
  }

  private get metrics(): ModelMetrics {
    return new ModelMetrics(this.props.definition.name);
  }

  private alarm(
    id: string,
    props: Pick<RunbookAlarmProps, 'section' | 'what' | 'metric' | 'threshold' | 'treatMissingData'>,
  ): Alarm {
    return runbookAlarm(this, id, {
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
      what: `${this.props.definition.name}: ${props.what}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
    });
  }
}

/** Executions that ended in any way but well. */
function unsuccessful({ machine }: Machine): IMetric {
  const period = Duration.minutes(5);
  return new MathExpression({
    label: 'failed, timed out or aborted',
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    period,
    usingMetrics: {
      failed: machine.metricFailed({ period, statistic: 'Sum' }),
      timedOut: machine.metricTimedOut({ period, statistic: 'Sum' }),
      aborted: machine.metricAborted({ period, statistic: 'Sum' }),
    },
  });
}
