import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { DIMENSIONS, METRICS } from '../../contracts/metrics.ts';
import { LIVE_ALIAS, METRIC_NAMESPACE, type Slot } from '../../contracts/names.ts';

/** What CloudWatch knows of a slot over a span of time. */
export interface SlotSample {
  readonly predictions: number;
  /** Errors that the function answered itself. */
  readonly errors: number;
  /** Invocations that crashed or timed out: they emit no metric of ours. */
  readonly crashes: number;
  /** Latency by period: the p99 in milliseconds and the predictions it is of. */
  readonly latency: readonly { readonly p99: number; readonly samples: number }[];
}
export interface SlotMetrics {
  /**
   * @param beside the Lambda version, when the alias weighs two of them: only then Lambda publishes metrics by executed
   * version. Null when the alias points at the slot alone.
   */
  read(slot: Slot, beside: string | null, from: Date, to: Date): Promise<SlotSample>;
}

export const createSlotMetrics = (
  client: Pick<CloudWatchClient, 'send'>,
  model: string,
  functionName: string,
): SlotMetrics => ({
  async read(slot, beside, from, to) {
    const answer = await client.send(
      new GetMetricDataCommand({
        StartTime: from,
        EndTime: to,
        MetricDataQueries: queries(model, slot, functionName, beside, periodOf(from, to)),
      }),
    );
    return toSample(answer.MetricDataResults ?? []);
  },
});

/**
 * Seconds of one data point that covers the span: percentiles of parts cannot be put together. CloudWatch takes
 * multiples of 60 up to a day; where its own grid cuts the span in two there are two points.
 */
export const periodOf = (from: Date, to: Date): number =>
  Math.min(86_400, Math.max(60, Math.ceil((to.getTime() - from.getTime()) / 60_000) * 60));

function queries(
  model: string,
  slot: Slot,
  functionName: string,
  beside: string | null,
  period: number,
): MetricDataQuery[] {
  const query = (
    Id: string,
    Namespace: string,
    MetricName: string,
    dimensions: Record<string, string>,
    Stat: string,
  ): MetricDataQuery => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace,
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat,
    },
  });
  const ofSlot = { [DIMENSIONS.model]: model, [DIMENSIONS.slot]: slot };
  const ofVersion = {
    FunctionName: functionName,
    Resource: `${functionName}:${LIVE_ALIAS}`,
    ...(beside !== null && { ExecutedVersion: beside }),
  };
  return [
    query('predictions', METRIC_NAMESPACE, METRICS.predictions, ofSlot, 'Sum'),
    query('errors', METRIC_NAMESPACE, METRICS.errors, ofSlot, 'Sum'),
    query('p99', METRIC_NAMESPACE, METRICS.latency, ofSlot, 'p99'),
    query('latencies', METRIC_NAMESPACE, METRICS.latency, ofSlot, 'SampleCount'),
    query('crashes', 'AWS/Lambda', 'Errors', ofVersion, 'Sum'),
  ];
}

/** Points of the same time belong together; a metric without points was never emitted, which is zero for counts. */
export function toSample(results: readonly MetricDataResult[]): SlotSample {
  const points = (id: string) => {
    const r = results.find((x) => x.Id === id);
    return (r?.Values ?? []).map((value, i) => ({ at: r?.Timestamps?.[i]?.getTime() ?? i, value }));
  };
  const sum = (id: string) => points(id).reduce((total, p) => total + p.value, 0);
  const counts = new Map(points('latencies').map((p) => [p.at, p.value]));
  return {
    predictions: sum('predictions'),
    errors: sum('errors'),
    crashes: sum('crashes'),
    latency: points('p99').map((p) => ({ p99: p.value, samples: counts.get(p.at) ?? 0 })),
  };
}
