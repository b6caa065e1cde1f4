import type { FigureValue } from '../report/data.ts';
import type { Rehearsal } from './rehearsal.ts';

const max = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values));

/** The rehearsal in figures, for report.json and the top of the page. */
export function figuresOf(r: Rehearsal): Record<string, FigureValue> {
  const { journal, client, traffic } = r;
  const count = (from: number, to: number): number =>
    [...client.statuses].filter(([s]) => s >= from && s < to).reduce((sum, [, n]) => sum + n, 0);
  const back = journal.of('release.rolled-back');
  const last = journal
    .of('drift.checked')
    .filter((e) => e.detail.liveAuc !== null)
    .at(-1);
  return {
    predictions: traffic.sent,
    'refused requests (4xx)': count(400, 500),
    'failed requests (5xx)': count(500, 600),
    'drift checks': journal.of('drift.checked').length,
    'largest PSI': max(journal.of('drift.checked').flatMap((e) => e.detail.maxPsi ?? [])),
    retrains: journal.of('retrain.started').length,
    'retrains without a version': journal.of('retrain.failed').length,
    'versions registered': journal.of('version.registered').length,
    'versions promoted': journal.of('release.promoted').length,
    rollbacks: back.length,
    'slowest rollback, s': max(back.map((e) => e.detail.seconds)),
    'champion at the end': lastChampion(r),
    'live AUC': last?.detail.liveAuc ?? null,
  };
}

/** Who served last, by the events. */
function lastChampion(r: Rehearsal): number | null {
  const last = r.journal.entries
    .filter((e) => e.type === 'release.promoted' || e.type === 'release.rolled-back')
    .at(-1)?.detail;
  if (last?.type === 'release.promoted') return last.version;
  return last?.type === 'release.rolled-back' ? last.champion : null;
}
