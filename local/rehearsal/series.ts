import { METRICS } from '../../contracts/metrics.ts';
import type { ModelDefinition } from '../../contracts/model-definition.ts';
import { METRIC_NAMESPACE, SLOTS } from '../../contracts/names.ts';
import type { CloudWatchService } from '../cloud/services/monitoring/service.ts';
import type { Cloud } from '../cloud/types.ts';
import type { Point, ReportData } from '../report/data.ts';
import type { Journal } from './journal.ts';

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
  cloud: Cloud,
  definition: ModelDefinition,
  journal: Journal,
  from: number,
  to: number,
): Series {
  const metrics = cloud.service<CloudWatchService>('monitoring');
  const period = Math.max(60, Math.ceil((to - from) / 60_000 / POINTS) * 60);
  const read = (name: string, slot: string, stat: string) =>
    metrics.series(METRIC_NAMESPACE, name, { model: definition.name, slot }, stat, period, from, to);
  const bySlot = (line: (slot: string) => Point[]) =>
    Object.fromEntries(
      SLOTS.map((slot) => [slot, line(slot)] as const).filter(([, line]) => line.length > 0),
    );
  return {
    weights: weightSeries(journal, to),
    errorRate: bySlot((slot) => {
      const failed = new Map(read(METRICS.errors, slot, 'Sum').map((s) => [s.at, s.value]));
      return read(METRICS.predictions, slot, 'Sum').map(
        (s): Point => [s.at, (100 * (failed.get(s.at) ?? 0)) / s.value],
      );
    }),
    p99: bySlot((slot) => points(read(METRICS.latency, slot, 'p99'))),
    psi: journal
      .of('drift.checked')
      .filter((e) => e.detail.undecided === null)
      .map((e) => ({ at: e.at, values: e.detail.psi })),
    aucByVersion: aucByVersion(journal),
    liveAuc: {
      live: journal
        .of('drift.checked')
        .flatMap((e): Point[] => (e.detail.liveAuc === null ? [] : [[e.at, e.detail.liveAuc]])),
    },
  };
}

function aucByVersion(journal: Journal): Series['aucByVersion'] {
  const metrics = new Map(journal.of('gate.passed').map((e) => [e.detail.run, e.detail.metrics]));
  return journal.of('version.registered').map(({ detail }) => ({
    version: detail.version,
    golden: metrics.get(detail.run)?.['golden.auc'] ?? detail.auc,
    validation: metrics.get(detail.run)?.['validation.auc'] ?? null,
  }));
}
