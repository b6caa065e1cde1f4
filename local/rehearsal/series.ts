import { METRICS } from '../../contracts/metrics.ts';
import { LIVE_ALIAS, METRIC_NAMESPACE, SLOTS } from '../../contracts/names.ts';
import type { CloudWatchService } from '../cloud/services/monitoring/service.ts';
import type { Point, ReportData } from '../report/data.ts';
import type { Journal } from './journal.ts';
import type { Rehearsal } from './rehearsal.ts';

type Series = ReportData['series'];

/** About so many points a line; more cannot be told apart. */
const POINTS = 400;

const points = (samples: readonly { at: number; value: number }[]): Point[] =>
  samples.map((s) => [s.at, s.value]);

/** Share of traffic by version, rebuilt from the events of releases and rollbacks. */
export function weightSeries(journal: Journal, to: number): Series['weights'] {
  const weights = new Map<number, Point[]>();
  const set = (at: number, shares: ReadonlyMap<number, number>): void => {
    for (const version of shares.keys()) if (!weights.has(version)) weights.set(version, [[at, 0]]);
    for (const [version, line] of weights) line.push([at, shares.get(version) ?? 0]);
  };
  let champion: number | null = null;
  for (const { at, type, detail } of journal.entries) {
    if (detail.type === 'release.weight-shifted') set(at, shared(champion, detail.version, detail.weight));
    else if (detail.type === 'release.promoted') {
      champion = detail.version;
      set(at, new Map([[champion, 100]]));
    } else if (type === 'release.rolled-back' || type === 'release.failed') {
      if (detail.type === 'release.rolled-back') champion = detail.champion;
      if (champion !== null) set(at, new Map([[champion, 100]]));
    }
  }
  for (const line of weights.values()) line.push([to, line.at(-1)![1]]);
  return Object.fromEntries([...weights].sort((a, b) => a[0] - b[0]).map(([v, line]) => [String(v), line]));
}

const shared = (champion: number | null, candidate: number, weight: number): Map<number, number> =>
  champion === null || champion === candidate
    ? new Map([[candidate, weight]])
    : new Map([
        [champion, 100 - weight],
        [candidate, weight],
      ]);

/** What the charts of the report show, read from the local CloudWatch and from the journal. */
export function readSeries(
  { running, definition, journal, outputs }: Rehearsal,
  from: number,
  to: number,
): Series {
  const { cloud } = running;
  const functionName = outputs.InferenceFunctionName;
  const metrics = cloud.service<CloudWatchService>('monitoring');
  const period = Math.max(60, Math.ceil((to - from) / 60_000 / POINTS) * 60);
  const read = (name: string, slot: string, stat: string) =>
    metrics.series(METRIC_NAMESPACE, name, { model: definition.name, slot }, stat, period, from, to);
  const bySlot = (line: (slot: string) => Point[]) =>
    Object.fromEntries(
      SLOTS.map((slot) => [slot, line(slot)] as const).filter(([, line]) => line.length > 0),
    );
  const live = (name: string) => {
    const dimensions = { FunctionName: functionName, Resource: `${functionName}:${LIVE_ALIAS}` };
    return metrics.series('AWS/Lambda', name, dimensions, 'Sum', period, from, to);
  };
  return {
    weights: weightSeries(journal, to),
    errorRate: {
      // A crash or a time-out emits no metric of a slot; the alias counts it.
      'alias live': shareOf(live('Errors'), live('Invocations')),
      ...bySlot((slot) => shareOf(read(METRICS.errors, slot, 'Sum'), read(METRICS.predictions, slot, 'Sum'))),
    },
    p99: bySlot((slot) => points(read(METRICS.latency, slot, 'p99'))),
    psi: journal
      .of('drift.checked')
      .filter((e) => e.detail.undecided === null)
      .map((e) => ({ at: e.at, values: marked(e.detail.psi, definition.drift.exclude) })),
    aucByVersion: aucByVersion(journal),
    liveAuc: {
      live: journal
        .of('drift.checked')
        .flatMap((e): Point[] => (e.detail.liveAuc === null ? [] : [[e.at, e.detail.liveAuc]])),
    },
  };
}

/** Features that the check reports and does not judge are marked. */
const marked = (psi: Readonly<Record<string, number>>, exclude: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(psi).map(([name, v]) => [exclude.includes(name) ? `${name} (not judged)` : name, v]),
  );

type Sample = { readonly at: number; readonly value: number };

/** Percent of `all` that are `part`, period by period. */
function shareOf(part: readonly Sample[], all: readonly Sample[]): Point[] {
  const parts = new Map(part.map((s) => [s.at, s.value]));
  return all.filter((s) => s.value > 0).map((s): Point => [s.at, (100 * (parts.get(s.at) ?? 0)) / s.value]);
}

function aucByVersion(journal: Journal): Series['aucByVersion'] {
  const metrics = new Map(journal.of('gate.passed').map((e) => [e.detail.run, e.detail.metrics]));
  return journal.of('version.registered').map(({ detail }) => ({
    version: detail.version,
    golden: metrics.get(detail.run)?.['golden.auc'] ?? detail.auc,
    validation: metrics.get(detail.run)?.['validation.auc'] ?? null,
  }));
}
