import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  LegendPosition,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRICS } from '../../contracts/metrics.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { SLOTS } from '../../contracts/names.ts';
import { ModelMetrics } from '../alarms/model-metrics.ts';

export interface ModelDashboardProps {
  readonly definition: ModelDefinition;
  readonly alarms: readonly IAlarm[];
}

const DAY = Duration.days(1);

/** One page a model: what it answers, how fast, who has the traffic, whether the world has moved. */
export function modelDashboard(scope: Construct, id: string, props: ModelDashboardProps): Dashboard {
  const metrics = new ModelMetrics(props.definition.name);
  const { errorRate, p99Ms } = props.definition.alarms;
  const slots = (name: (typeof METRICS)[keyof typeof METRICS], statistic: string) =>
    SLOTS.map((slot) => metrics.ofSlot(name, slot, statistic));
  return new Dashboard(scope, id, {
    defaultInterval: Duration.days(7),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24 })],
      [
        graph('Predictions', slots(METRICS.predictions, 'Sum')),
        graph(
          'Error rate',
          SLOTS.map((slot) => metrics.errorRate(slot)),
          errorRate,
        ),
        graph('Latency, ms', [...slots(METRICS.latency, 'p50'), ...slots(METRICS.latency, 'p99')], p99Ms),
      ],
      [
        graph(
          'Weight of each slot, %',
          SLOTS.map((slot) => metrics.trafficShare(slot)),
        ),
        graph(
          'Drift, largest PSI',
          [
            metrics.of(METRICS.driftMaxPsi, 'Maximum', DAY),
            metrics.of(METRICS.driftedFeatures, 'Maximum', DAY),
          ],
          props.definition.drift.psi,
        ),
        graph('AUC', [
          metrics.of(METRICS.goldenAuc, 'Average', DAY),
          metrics.of(METRICS.liveAuc, 'Average', DAY),
        ]),
      ],
    ],
  });
}

function graph(title: string, left: IMetric[], threshold?: number): IWidget {
  return new GraphWidget({
    title,
    left,
    width: 8,
    legendPosition: LegendPosition.BOTTOM,
    leftYAxis: { min: 0 },
    leftAnnotations: threshold === undefined ? [] : [{ value: threshold, label: 'threshold' }],
  });
}
