import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DIMENSIONS, type MetricName } from '../../contracts/metrics.ts';
import { METRIC_NAMESPACE } from '../../contracts/names.ts';

export type MetricValues = Partial<Record<MetricName, number | null>>;
/** Emits metrics of the model in one EMF line. A null or missing value emits nothing: absence is data too. */
export type Emit = (values: MetricValues) => void;

const UNITS: Partial<Record<MetricName, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  RollbackSeconds: MetricUnit.Seconds,
  Latency: MetricUnit.Milliseconds,
  CandidateWeight: MetricUnit.Percent,
};

/**
 * Metrics with the one dimension `model`, for functions off the hot path (an EMF line by Powertools costs some ten
 * microseconds; inference writes its own).
 */
export function createMetrics(model: string): Emit {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  // Powertools adds the dimension `service` by itself; the alarms ask for `model` alone, and would see nothing.
  metrics.clearDefaultDimensions();
  return (values) => {
    const known = Object.entries(values).filter(
      (e): e is [MetricName, number] => typeof e[1] === 'number' && Number.isFinite(e[1]),
    );
    if (known.length === 0) return;
    metrics.addDimensions({ [DIMENSIONS.model]: model });
    for (const [name, value] of known) metrics.addMetric(name, UNITS[name] ?? MetricUnit.NoUnit, value);
    metrics.publishStoredMetrics();
  };
}
