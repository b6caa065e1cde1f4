import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { InferenceFunction } from '../inference/inference-function.ts';

/**
 * What Lambda itself says of the alias `live`. A crash or a time-out emits none of our metrics, but it is here. The
 * dimensions are the alias's (`Resource` = `<function>:live`): those that CDK makes for versions do not exist.
 */
export function liveMetric(inference: InferenceFunction, metricName: string, statistic = 'Sum'): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: {
      FunctionName: inference.function.functionName,
      Resource: inference.liveResource,
    },
    statistic,
    period: Duration.minutes(1),
  });
}

/** Share of invocations of the alias that ended in an error of the function. */
export function liveErrorRate(inference: InferenceFunction): IMetric {
  return new MathExpression({
    label: 'live error rate',
    expression: 'errors / invocations',
    period: Duration.minutes(1),
    usingMetrics: {
      errors: liveMetric(inference, 'Errors'),
      invocations: liveMetric(inference, 'Invocations'),
    },
  });
}
