import type { DomainEventOf, DomainEventType } from '../../contracts/events.ts';
import type { TimelineEntry } from './data.ts';

/** How an entry is meant: progress, success, a warning to look at, trouble. */
export type Mood = 'plain' | 'good' | 'warn' | 'bad';

const MOODS: Partial<Record<DomainEventType, Mood>> = {
  'dataset.rejected': 'bad',
  'golden.stale': 'warn',
  'retrain.requested': 'warn',
  'retrain.succeeded': 'good',
  'retrain.failed': 'bad',
  'budget.exceeded': 'bad',
  'training.postponed': 'warn',
  'gate.passed': 'good',
  'gate.failed': 'bad',
  'version.registered': 'good',
  'release.promoted': 'good',
  'release.failed': 'bad',
  'release.skipped': 'warn',
  'rollback.started': 'bad',
  'release.rolled-back': 'warn',
  'rollback.ignored': 'plain',
  'rollback.failed': 'bad',
  'drift.detected': 'warn',
  'drift.retrain-suppressed': 'plain',
  'drift.failed': 'bad',
  'hyperparameters.overridden': 'warn',
};
export const moodOf = (type: DomainEventType): Mood => MOODS[type] ?? 'plain';

const n = (value: number): string => value.toLocaleString('en-US');
const f3 = (value: number | null | undefined): string =>
  value === null || value === undefined ? '—' : value.toFixed(3);
const list = (values: readonly string[]): string => values.join(', ') || 'none';
const failure = (e: { error: string; cause: string; step: string }): string =>
  `at ${e.step}: ${e.error} — ${shorten(causeText(e.cause))}`;

/** A cause as Step Functions gives it may be the JSON of a function's error. */
function causeText(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: string };
    return parsed.errorMessage ?? cause;
  } catch {
    return cause;
  }
}
const shorten = (text: string, to = 220): string => (text.length > to ? `${text.slice(0, to - 1)}…` : text);

type Describers = { [T in DomainEventType]: (e: DomainEventOf<T>) => string };
const DESCRIBE: Describers = {
  'golden.frozen': (e) =>
    `golden set ${e.goldenVersion} set aside${e.replaces === null ? '' : ` in place of ${e.replaces}`}: ${n(e.rows)} rows that never train`,
  'golden.stale': (e) =>
    `golden set ${e.goldenVersion} is no longer like live traffic: ${list(e.features)} (PSI up to ${f3(e.maxPsi)})`,
  'dataset.frozen': (e) =>
    `${e.datasetVersion}: ${n(e.rows)} rows, ${n(e.rejected)} rejected${e.existed ? ' (existed already)' : ''}`,
  'dataset.rejected': (e) => `${shorten(e.reason)} (${n(e.rejected)} of ${n(e.rows)} rows rejected)`,
  'retrain.requested': (e) => `${e.reason} (by ${e.by})`,
  'retrain.started': (e) => `${e.reason} (by ${e.by})`,
  'retrain.succeeded': (e) => `version ${e.version} is ready to be released`,
  'retrain.failed': failure,
  'run.repeated': (e) =>
    `run ${e.of} again: ${e.equal ? 'the same model, bit by bit' : 'another model'}${e.differences.length > 0 ? ` (${shorten(e.differences.join('; '))})` : ''}`,
  'version.archived': (e) => `version ${e.version}: ${e.reason}`,
  'training.completed': (e) =>
    `${n(Math.round(e.seconds))} s, ${e.billedSeconds === null ? 'billed unknown' : `${n(e.billedSeconds)} billed`}`,
  'budget.exceeded': (e) =>
    `${e.month}: up to ${e.worstCaseUsd.toFixed(2)} USD asked for, ${e.leftUsd.toFixed(2)} of ${e.budgetUsd.toFixed(2)} left`,
  'training.postponed': (e) =>
    `no ${e.instanceType} to be had: ${shorten(e.reason)}; ${e.next} in ${n(e.waitSeconds)} s`,
  'gate.passed': (e) =>
    `golden AUC ${f3(e.metrics['golden.auc'])}${e.metrics['champion.golden.auc'] == null ? '' : `, champion ${f3(e.metrics['champion.golden.auc'])}`}`,
  'gate.failed': (e) => shorten(e.reasons.join('; ')),
  'version.registered': (e) => `version ${e.version} from ${e.datasetVersion}, AUC ${f3(e.auc)}`,
  'hyperparameters.overridden': (e) => `${JSON.stringify(e.hyperparameters)} by ${e.by}: ${e.reason}`,
  'release.started': (e) =>
    `version ${e.version} into ${e.slot}, ${e.champion === null ? 'no champion yet' : `champion is ${e.champion}`}`,
  'release.approval-requested': (e) => `version ${e.version} waits for a person`,
  'release.approved': (e) => `version ${e.version}`,
  'release.prepared': (e) =>
    `version ${e.version} sealed in Lambda version ${e.lambdaVersion}, slot ${e.slot}`,
  'release.smoke-tested': (e) =>
    `${e.rows} golden rows, largest difference ${e.maxDifference === 0 ? '0' : e.maxDifference.toExponential(1)}`,
  'release.shadowed': (e) => `${n(e.rows)} live requests replayed, score PSI ${f3(e.scorePsi)}`,
  'release.weight-shifted': (e) => `version ${e.version} takes ${e.weight} % of traffic`,
  'release.judged': (e) =>
    // What holds a release says itself of how many.
    `${e.verdict} at ${e.weight} %${e.verdict === 'hold' ? '' : ` on ${n(e.samples)} predictions`}${e.reasons.length > 0 ? `: ${shorten(e.reasons.join('; '))}` : ''}`,
  'release.promoted': (e) =>
    `version ${e.version} is champion${e.previous === null ? '' : `, ${e.previous} stays warm until ${e.rollbackUntil.slice(0, 16)}`}`,
  'release.failed': (e) => `${e.version === null ? '' : `version ${e.version} `}${failure(e)}`,
  'release.skipped': (e) => e.reason,
  'rollback.started': (e) => `version ${e.version ?? '?'}: ${shorten(e.reason)} (by ${e.by})`,
  'release.rolled-back': (e) =>
    `version ${e.version} out at ${e.step}, champion ${e.champion ?? 'none'} alone after ${e.seconds.toFixed(0)} s`,
  'rollback.ignored': (e) => e.reason,
  'rollback.failed': failure,
  'drift.checked': (e) =>
    e.undecided ??
    `${n(e.rows)} predictions, largest PSI ${f3(e.maxPsi)}${e.liveAuc === null ? '' : `, live AUC ${f3(e.liveAuc)}`}`,
  'drift.detected': (e) =>
    `${list(e.drifted)}: PSI ${f3(e.maxPsi)}, ${e.streak === 1 ? 'for the first time' : `${e.streak} checks in a row`}`,
  'drift.retrain-suppressed': (e) => e.reason,
  'drift.failed': failure,
};

/** One line for a person. */
export function describe(entry: TimelineEntry): string {
  const describer = DESCRIBE[entry.type] as (e: unknown) => string;
  return describer(entry.detail);
}
