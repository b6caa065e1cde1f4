import { AwsError, type Cloud } from '../../types.ts';
import { Alarm, type AlarmSettings } from './alarm.ts';
import { COMPARE, EXTRA_POINTS, type Missing, stateOf } from './evaluation.ts';
import type { Points } from './math.ts';
import { type MetricQuery, QueryPlan } from './query.ts';
import { type MetricStore, MINUTE_MS, minuteOf, type Series } from './store.ts';

export interface MetricAlarmRule {
  readonly queries: readonly MetricQuery[];
  /** Id of the query that is watched. */
  readonly watched: string;
  readonly threshold: number;
  readonly comparison: string;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missing: Missing;
}

const WORDS: Readonly<Record<string, string>> = {
  GreaterThanThreshold: 'greater than the threshold',
  GreaterThanOrEqualToThreshold: 'greater than or equal to the threshold',
  LessThanThreshold: 'less than the threshold',
  LessThanOrEqualToThreshold: 'less than or equal to the threshold',
};
/** Alarms that look back more than a day are evaluated hourly (CloudWatch user guide, "Alarm evaluation"). */
const DAY_SECONDS = 86_400;

export class MetricAlarm extends Alarm {
  readonly rule: MetricAlarmRule;
  readonly #plan: QueryPlan;
  readonly #series: readonly Series[];
  readonly #minutes: number;
  readonly #range: number;
  /** Nothing changes any more until new data come: every point in sight is missing and the state is settled. */
  #settled = false;

  constructor(cloud: Cloud, store: MetricStore, settings: AlarmSettings, rule: MetricAlarmRule) {
    super(cloud, settings);
    if (!COMPARE[rule.comparison])
      throw new AwsError('ValidationError', `alarm ${settings.name}: comparison ${rule.comparison}`);
    this.rule = rule;
    this.#plan = new QueryPlan(store, rule.queries);
    this.#series = this.#plan.series;
    this.#minutes = this.#plan.period / 60;
    this.#range = rule.evaluationPeriods + EXTRA_POINTS;
  }

  get period(): number {
    return this.#plan.period;
  }

  /**
   * Looks at the periods that end with the minute that has just closed. Periods slide: they are evaluated every minute
   * whatever their length.
   */
  evaluate(): void {
    const { clock } = this.cloud;
    const end = minuteOf(clock.now());
    if (this.period * this.rule.evaluationPeriods > DAY_SECONDS && end % 60 !== 0) return;
    const from = end - this.#range * this.#minutes;
    const silent = this.#series.every((s) => s.last < from);
    if (silent && this.#settled) return;
    const points = this.#plan.points(this.rule.watched, from, this.#range);
    const compare = COMPARE[this.rule.comparison]!;
    const breaching = points.map((p) => (p === undefined ? undefined : compare(p, this.rule.threshold)));
    const { evaluationPeriods, datapointsToAlarm, missing } = this.rule;
    const state = stateOf(breaching, evaluationPeriods, datapointsToAlarm, missing, this.state);
    if (state !== this.state)
      this.become(state, this.#reason(points, breaching, state), this.#data(points, from));
    this.#settled = silent;
  }

  /** State set by hand or by a fault lasts until the next evaluation, which must happen. */
  disturb(): void {
    this.#settled = false;
  }

  #reason(points: Points, breaching: readonly (boolean | undefined)[], state: string): string {
    const { evaluationPeriods: n, datapointsToAlarm: m, threshold, comparison } = this.rule;
    const real = points.filter((p) => p !== undefined).slice(-n);
    if (real.length === 0) {
      const treated = state === 'INSUFFICIENT_DATA' ? '' : ` and were treated as [${this.rule.missing}]`;
      return state === 'INSUFFICIENT_DATA'
        ? 'Insufficient Data: no datapoints were received'
        : `Threshold Crossed: no datapoints were received for ${n} periods${treated}.`;
    }
    const bad = breaching
      .filter((b) => b !== undefined)
      .slice(-n)
      .filter(Boolean).length;
    const relation = WORDS[comparison];
    return state === 'ALARM'
      ? `Threshold Crossed: ${bad} out of the last ${n} datapoints [${real.join(', ')}] were ${relation} (${threshold}) (minimum ${m} datapoint(s) for OK -> ALARM transition).`
      : `Threshold Crossed: ${real.length - bad} datapoint(s) [${real.join(', ')}] were not ${relation} (${threshold}).`;
  }

  #data(points: Points, from: number): string {
    return JSON.stringify({
      version: '1.0',
      queryDate: this.cloud.clock.iso(),
      startDate: new Date(from * MINUTE_MS).toISOString(),
      period: this.period,
      recentDatapoints: points.filter((p) => p !== undefined),
      threshold: this.rule.threshold,
    });
  }

  override configuration(): Record<string, unknown> {
    const metrics = this.rule.queries.map((q) => ({
      id: q.Id,
      ...(q.Expression !== undefined && { expression: q.Expression }),
      ...(q.MetricStat && {
        metricStat: {
          metric: {
            namespace: q.MetricStat.Metric.Namespace,
            name: q.MetricStat.Metric.MetricName,
            dimensions: Object.fromEntries(
              (q.MetricStat.Metric.Dimensions ?? []).map((d) => [d.Name, d.Value]),
            ),
          },
          period: q.MetricStat.Period,
          stat: q.MetricStat.Stat,
        },
      }),
      returnData: q.Id === this.rule.watched,
    }));
    return { metrics };
  }

  override trigger(): Record<string, unknown> {
    return {
      Metrics: this.rule.queries,
      Period: this.period,
      EvaluationPeriods: this.rule.evaluationPeriods,
      DatapointsToAlarm: this.rule.datapointsToAlarm,
      ComparisonOperator: this.rule.comparison,
      Threshold: this.rule.threshold,
      TreatMissingData: this.rule.missing,
    };
  }
}
