import type { RunItem, StatusEvent, VersionItem } from '../../contracts/registry.ts';
import type { Attempt, Trial } from '../../contracts/training.ts';
import { newestFirst } from '../history.ts';
import type { Answer, Platform } from '../platform.ts';
import { blocks, minute, pairs, short, table } from '../text.ts';
import { findVersion } from './find.ts';

/** Everything of one version: what it is, what it was made from, how it was judged and what became of it. */
export async function show(platform: Platform, model: string, text: string): Promise<Answer> {
  const registry = platform.registry(model);
  const version = await findVersion(registry, model, text);
  const [runs, events] = await Promise.all([registry.runs(), registry.statusEvents()]);
  const run = runs.find((r) => r.run === version.run) ?? null;
  const history = newestFirst(events.filter((e) => e.version === version.version)).reverse();
  return {
    data: { version, run, history },
    text: blocks([
      [`${model} version ${version.version}`, pairs(facts(version))],
      ['made', pairs(made(version, run))],
      ['hyperparameters', pairs(Object.entries(run?.hyperparameters ?? {}))],
      ['metrics', metricsTable(version.metrics)],
      ['trials', trialsTable(run?.trials ?? [])],
      ['jobs', jobsTable(run?.attempts ?? [])],
      ['history', historyTable(history)],
      [
        'artifact',
        table(
          ['FILE', 'SHA256', 'KEY'],
          Object.entries(version.artifact).map(([file, pin]) => [file, short(pin.sha256), pin.key]),
        ),
      ],
    ]),
  };
}

const facts = (v: VersionItem): [string, unknown][] => [
  ['status', v.status],
  ['since', minute(v.statusSince ?? v.registeredAt)],
  ['registered', minute(v.registeredAt)],
  ['Lambda version', v.lambdaVersion],
  ['failed at', v.failedAt],
];

/** What a version was made from, by its run. */
export function made(v: VersionItem, run: RunItem | null): [string, unknown][] {
  const lineage = run?.lineage;
  return [
    ['run', v.run],
    ['started', run && `${minute(run.startedAt)} by ${run.by}: ${run.reason}`],
    ['commit', lineage?.clean === false ? `${lineage.commit} (with uncommitted changes)` : v.commit],
    ['dataset', v.datasetVersion],
    ['manifest', lineage && short(lineage.dataset.manifestSha256)],
    ['golden set', v.goldenVersion],
    ['feature spec', short(v.featureSpecHash)],
    ['image', lineage?.container.image],
    ['image digest', lineage && (lineage.container.digest ?? lineage.unknown['digest'])],
    ['seed', lineage?.seed],
    ['billed seconds', lineage?.job.billableSeconds],
    ['cost USD', lineage && (lineage.job.costUsd ?? lineage.unknown['costUsd'])],
  ];
}

const trialsTable = (trials: readonly Trial[]): string =>
  trials.length === 0
    ? ''
    : table(
        ['TRIAL', 'STATUS', 'OBJECTIVE', 'SECONDS', 'BILLED', 'HYPERPARAMETERS', 'REASON'],
        trials.map((t) => [
          t.job,
          t.status,
          t.objective,
          t.seconds,
          t.billableSeconds,
          Object.entries(t.hyperparameters)
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
          t.reason?.slice(0, 100),
        ]),
      );

/** Only where there was more than the one job that the lineage tells of. */
const jobsTable = (attempts: readonly Attempt[]): string =>
  attempts.length < 2
    ? ''
    : table(
        ['JOB', 'INSTANCE', 'BILLED', 'REASON'],
        attempts.map((a) => [a.job, a.instanceType, a.billableSeconds, a.reason?.slice(0, 100)]),
      );

const historyTable = (events: readonly StatusEvent[]): string =>
  events.length === 0
    ? ''
    : table(
        ['AT', 'FROM', 'TO', 'BY', 'REASON'],
        events.map((e) => [minute(e.at), e.from, e.to, e.by, e.reason]),
      );

/** Metrics by set side by side; what is of no set stands in a column of its own. */
function metricsTable(metrics: VersionItem['metrics']): string {
  const parts = Object.keys(metrics).map((name) => {
    const at = name.lastIndexOf('.');
    return { name, set: at < 0 ? '' : name.slice(0, at), metric: name.slice(at + 1) };
  });
  const sets = [...new Set(parts.map((p) => p.set))];
  const names = [...new Set(parts.map((p) => p.metric))];
  const value = (set: string, metric: string) => metrics[set === '' ? metric : `${set}.${metric}`];
  return table(
    ['', ...sets.map((set) => (set || 'run').toUpperCase())],
    names.map((metric) => [metric, ...sets.map((set) => value(set, metric))]),
  );
}
