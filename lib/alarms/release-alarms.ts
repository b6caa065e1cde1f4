import { type Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../contracts/metrics.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { SLOTS, type Slot } from '../../contracts/names.ts';
import type { InferenceFunction } from '../inference/inference-function.ts';
import { liveErrorRate, liveMetric } from './live-metrics.ts';
import { ModelMetrics } from './model-metrics.ts';
import { type RunbookSection, runbookAlarm } from './runbook-alarm.ts';

export interface ReleaseAlarmsProps {
  readonly definition: ModelDefinition;
  readonly inference: InferenceFunction;
}

/** Alarms on what serves. Those of a slot, and the errors of the alias, bring a release back. */
export class ReleaseAlarms extends Construct {
  /** Alarms that start a rollback, by the slot they accuse; `null` for the alias as a whole. */
  readonly rollingBack: readonly { readonly slot: Slot | null; readonly alarms: readonly Alarm[] }[];
  readonly throttles: Alarm;
  private readonly definition: ModelDefinition;

  constructor(scope: Construct, id: string, props: ReleaseAlarmsProps) {
    super(scope, id);
    this.definition = props.definition;
    this.rollingBack = [
      ...SLOTS.map((slot) => ({ slot, alarms: this.slotAlarms(slot) })),
      { slot: null, alarms: [this.liveErrors(props.inference)] },
    ];
    this.throttles = this.liveThrottles(props.inference);
  }

  get all(): readonly Alarm[] {
    return [...this.rollingBack.flatMap((r) => r.alarms), this.throttles];
  }

  private slotAlarms(slot: Slot): Alarm[] {
    const { errorRate, p99Ms } = this.definition.alarms;
    const metrics = new ModelMetrics(this.definition.name);
    const p99 = metrics.ofSlot(METRICS.latency, slot, 'p99');
    return [
      this.breach(
        `ErrorRate-${slot}`,
        'error-rate',
        metrics.errorRate(slot),
        errorRate,
        `slot ${slot} fails`,
      ),
      this.breach(`P99-${slot}`, 'p99-latency', p99, p99Ms, `slot ${slot} is slow`),
    ];
  }

  private liveErrors(inference: InferenceFunction): Alarm {
    const { errorRate } = this.definition.alarms;
    return this.breach('LiveErrors', 'live-errors', liveErrorRate(inference), errorRate, 'live crashes');
  }

  private liveThrottles(inference: InferenceFunction): Alarm {
    return this.breach(
      'LiveThrottles',
      'live-throttles',
      liveMetric(inference, 'Throttles'),
      0,
      'live is throttled at its reserved concurrency',
    );
  }

  /**
   * Breaches in `alarms.minutes` of the last twice as many minutes. Twice, because a canary of 10 % has minutes without
   * a request: these are neither good nor bad, and a sick candidate is no healthier for them.
   */
  private breach(
    id: string,
    section: RunbookSection,
    metric: IMetric,
    threshold: number,
    what: string,
  ): Alarm {
    const { minutes } = this.definition.alarms;
    return runbookAlarm(this, id, {
      section,
      what: `${this.definition.name}: ${what}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2 * minutes,
      datapointsToAlarm: minutes,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
