import { DIMENSIONS, METRICS } from '../../contracts/metrics.ts';
import { METRIC_NAMESPACE, type Slot } from '../../contracts/names.ts';

/** What one request adds to the metrics of its slot. */
export interface Sample {
  readonly predictions?: number;
  readonly errors?: number;
  /** Milliseconds. */
  readonly latency?: number;
  readonly degraded?: number;
  readonly invalidRequests?: number;
  readonly score?: number;
}

const UNITS: Readonly<Record<keyof Sample, string>> = {
  predictions: 'Count',
  errors: 'Count',
  latency: 'Milliseconds',
  degraded: 'Count',
  invalidRequests: 'Count',
  score: 'None',
};

/** Writes the EMF line of one kind of sample. `values` in the order of the names it was made for; `at` in epoch ms. */
export type EmfWriter = (at: number, values: readonly number[]) => string;

/**
 * Prepares an embedded-metric-format line (CloudWatch "Embedded metric format specification") with dimensions model
 * and slot. All but the values and the time is fixed, so it is made once: a general library takes 18 to 39 µs a line,
 * more than the model itself.
 * @returns a line without its newline; values must be finite
 */
export function emfWriter(model: string, slot: Slot, names: readonly (keyof Sample)[]): EmfWriter {
  const metrics = names.map((n) => ({ Name: METRICS[n], Unit: UNITS[n] }));
  const directive = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [[DIMENSIONS.model, DIMENSIONS.slot]],
    Metrics: metrics,
  };
  const tail =
    `,"CloudWatchMetrics":${JSON.stringify([directive])}},` +
    `"${DIMENSIONS.model}":${JSON.stringify(model)},"${DIMENSIONS.slot}":${JSON.stringify(slot)}`;
  const labels = names.map((n) => `,"${METRICS[n]}":`);
  return (at, values) => {
    let line = `{"_aws":{"Timestamp":${at}${tail}`;
    for (let i = 0; i < labels.length; i++) line += labels[i]! + values[i]!;
    return `${line}}`;
  };
}
