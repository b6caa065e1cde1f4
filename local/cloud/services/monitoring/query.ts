import { AwsError, NotSupportedLocally } from '../../types.ts';
import { evaluateMath, type MathScope, type Points, pointsOf, type Value } from './math.ts';
import { type Node, namesIn, parseMath } from './math-parser.ts';
import { pointOf, type Statistic, statistic } from './statistics.ts';
import type { MetricStore, Series } from './store.ts';

/** One metric or expression, as GetMetricData and alarms write them. */
export interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string | undefined;
  readonly Label?: string | undefined;
  readonly Period?: number | undefined;
  readonly ReturnData?: boolean | undefined;
  readonly AccountId?: string | undefined;
  readonly MetricStat?:
    | {
        readonly Metric: {
          readonly Namespace?: string | undefined;
          readonly MetricName?: string | undefined;
          readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[] | undefined;
        };
        readonly Period: number;
        readonly Stat: string;
        readonly Unit?: string | undefined;
      }
    | undefined;
}

export const dimensionsOf = (
  list: readonly { readonly Name: string; readonly Value: string }[] | undefined,
): Record<string, string> => Object.fromEntries((list ?? []).map((d) => [d.Name, d.Value]));

type Part = { readonly series: Series; readonly stat: Statistic } | { readonly node: Node };

/** Queries that belong together, compiled: read once, evaluated often. */
export class QueryPlan {
  readonly #parts = new Map<string, Part>();
  /** Seconds. */
  readonly period: number;
  readonly #queries: readonly MetricQuery[];

  /**
   * @throws AwsError ValidationError; NotSupportedLocally for periods below a minute or different ones in one expression
   */
  constructor(store: MetricStore, queries: readonly MetricQuery[]) {
    this.#queries = queries;
    for (const q of queries) {
      if (this.#parts.has(q.Id)) throw new AwsError('ValidationError', `the id '${q.Id}' is used twice`);
      if (!/^[a-z][A-Za-z0-9_]*$/.test(q.Id))
        throw new AwsError('ValidationError', `the id '${q.Id}' must begin with a lower-case letter`);
      this.#parts.set(q.Id, partOf(store, q));
    }
    for (const part of this.#parts.values())
      for (const name of 'node' in part ? namesIn(part.node) : [])
        if (!this.#parts.has(name) && name !== 'REPEAT' && name !== 'LINEAR')
          throw new AwsError('ValidationError', `metric math reads '${name}', which no query has as Id`);
    const periods = new Set(queries.flatMap((q) => (q.MetricStat ? [q.MetricStat.Period] : [])));
    if (periods.size > 1)
      throw new NotSupportedLocally(`CloudWatch metric math over periods ${[...periods].join(' and ')}`);
    this.period = [...periods][0] ?? queries.find((q) => q.Period)?.Period ?? 60;
    if (this.period < 60 || this.period % 60 !== 0)
      throw new NotSupportedLocally(`CloudWatch period of ${this.period} s (high resolution)`);
  }

  get series(): Series[] {
    return [...this.#parts.values()].flatMap((p) => ('series' in p ? [p.series] : []));
  }

  /** Value of one query at `length` periods from minute `from` on. */
  evaluate(id: string, from: number, length: number): Value {
    const minutes = this.period / 60;
    const done = new Map<string, Value>();
    const resolve = (name: string): Value => {
      const known = done.get(name);
      if (known) return known;
      const part = this.#parts.get(name);
      if (!part) throw new AwsError('ValidationError', `metric math reads '${name}', which is no Id`);
      const value: Value =
        'node' in part
          ? evaluateMath(part.node, scope)
          : {
              kind: 'series',
              points: Array.from({ length }, (_, i) =>
                pointOf(part.series, part.stat, from + i * minutes, minutes),
              ),
            };
      done.set(name, value);
      return value;
    };
    const scope: MathScope = {
      length,
      period: this.period,
      resolve,
      metrics: (prefix) =>
        this.#queries
          .filter((q) => q.MetricStat && q.Id.startsWith(prefix))
          .map((q) => pointsOf(resolve(q.Id))),
    };
    return resolve(id);
  }

  /** As {@link evaluate}, for what must be a time series. */
  points(id: string, from: number, length: number): Points {
    return pointsOf(this.evaluate(id, from, length));
  }
}

function partOf(store: MetricStore, q: MetricQuery): Part {
  if (q.Expression !== undefined) return { node: parseMath(q.Expression) };
  const metric = q.MetricStat?.Metric;
  if (!q.MetricStat || !metric?.Namespace || !metric.MetricName)
    throw new AwsError('ValidationError', `query '${q.Id}' has neither an expression nor a metric`);
  return {
    series: store.series(metric.Namespace, metric.MetricName, dimensionsOf(metric.Dimensions)),
    stat: statistic(q.MetricStat.Stat),
  };
}
