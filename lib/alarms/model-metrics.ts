import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { DIMENSIONS, METRICS, type MetricName } from '../../contracts/metrics.ts';
import { METRIC_NAMESPACE, SLOTS, type Slot } from '../../contracts/names.ts';

const MINUTE = Duration.minutes(1);

/** The platform's metrics of one model, as the functions emit them. */
export class ModelMetrics {
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  /** A metric of the model. @param statistic e.g. `Sum`, `Maximum`, `p99` */
  of(name: MetricName, statistic: string, period = MINUTE): Metric {
    return this.#metric(name, statistic, period, {});
  }

  /** A metric of the model and one slot. */
  ofSlot(name: MetricName, slot: Slot, statistic: string, period = MINUTE): Metric {
    return this.#metric(name, statistic, period, { [DIMENSIONS.slot]: slot });
  }

  /** Failed predictions as a share of all, per minute. No predictions, no value. */
  errorRate(slot: Slot): IMetric {
    return new MathExpression({
      label: `error rate ${slot}`,
      // Named by slot: one graph shows both.
      expression: `errors_${slot} / predictions_${slot}`,
      period: MINUTE,
      usingMetrics: {
        [`errors_${slot}`]: this.ofSlot(METRICS.errors, slot, 'Sum'),
        [`predictions_${slot}`]: this.ofSlot(METRICS.predictions, slot, 'Sum'),
      },
    });
  }

  /** Share of the predictions that a slot answers, in percent, per minute: the weights as the traffic shows them. */
  trafficShare(slot: Slot): IMetric {
    const shares = SLOTS.map((s) => `FILL(share_${s}, 0)`).join(' + ');
    return new MathExpression({
      label: `share ${slot}`,
      expression: `100 * FILL(share_${slot}, 0) / (${shares})`,
      period: MINUTE,
      usingMetrics: Object.fromEntries(
        SLOTS.map((s) => [`share_${s}`, this.ofSlot(METRICS.predictions, s, 'Sum')]),
      ),
    });
  }

  #metric(name: MetricName, statistic: string, period: Duration, more: Record<string, string>): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensionsMap: { [DIMENSIONS.model]: this.#model, ...more },
      statistic,
      period,
    });
  }
}
