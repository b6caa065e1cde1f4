import {
  aucByVersionChart,
  errorRateChart,
  liveAucChart,
  p99Chart,
  psiChart,
  weightsChart,
} from './charts.ts';
import type { FigureValue, Report, ReportData } from './data.ts';
import { describe, moodOf } from './describe.ts';
import { STYLE } from './style.ts';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c]!);

const formatFigure = (value: FigureValue): string =>
  value === null
    ? '—'
    : typeof value === 'number'
      ? value.toLocaleString('en-US', { maximumFractionDigits: 3 })
      : value;

/** `report.json`: the report without what is only drawn. */
export function toJson(data: ReportData): Report {
  const { scenario, model, seed, ended, wallSeconds, timeline, figures } = data;
  return { scenario, model, seed, ended, wallSeconds, timeline, figures };
}

/** One HTML page that needs nothing else. */
export function toHtml(data: ReportData): string {
  const good = data.ended === 'as expected';
  const figures = Object.entries(data.figures)
    .map(
      ([name, v]) =>
        `<div class="figure"><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(formatFigure(v))}</dd></div>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coalmine rehearsal: ${escapeHtml(data.scenario)}</title><style>${STYLE}</style></head><body><main>
<header><h1>Rehearsal “${escapeHtml(data.scenario)}” of ${escapeHtml(data.model)}</h1>
<span class="badge ${good ? 'good' : 'bad'}">${good ? 'ended as expected' : 'did not end as expected'}</span></header>
<p class="lead">${escapeHtml(data.summary)}</p>
${good ? '' : `<p class="lead"><strong>${escapeHtml(data.ended)}</strong></p>`}
<p>Seed ${data.seed}, ${day(data.from)} to ${day(data.to)} on a virtual clock, ${data.wallSeconds.toFixed(1)} s of wall time.</p>
<dl class="figures">${figures}</dl>
${charts(data)}
<h2>Timeline</h2><p>Domain events as they went over the bus, in virtual UTC; in italics what the scenario did to the world.</p>
<table>${timeline(data)}</table>
<footer>Coalmine rehearsed this on a local AWS from the synthesised templates, state machines and Lambda bundles. It is not AWS: see docs/local-support.md.</footer>
</main></body></html>
`;
}

function charts(data: ReportData): string {
  const { series } = data;
  const any = (values: object): boolean =>
    Object.values(values).some((points) => (points as unknown[]).length > 0);
  const section = (title: string, text: string, draw: () => string, filled: boolean): string =>
    `<h2>${title}</h2><p>${text}</p>${filled ? `<div class="chart">${draw()}</div>` : '<div class="empty">Nothing to show in this scenario.</div>'}`;
  return [
    section(
      'Who serves',
      'Share of traffic by version: a release shifts it step by step, a rollback returns it at once.',
      () => weightsChart(data),
      any(series.weights),
    ),
    section(
      'Errors by slot',
      'Failed predictions in percent, as the alarm of each slot sees them.',
      () => errorRateChart(data),
      any(series.errorRate),
    ),
    section(
      'Latency by slot',
      '99th percentile of the handler, as the alarm of each slot sees it.',
      () => p99Chart(data),
      any(series.p99),
    ),
    section(
      'Drift',
      'Population stability index of each feature at each check, against the champion’s frozen baseline.',
      () => psiChart(data),
      series.psi.length > 0,
    ),
    section(
      'Quality by version',
      'ROC AUC of each registered version when it was evaluated.',
      () => aucByVersionChart(data),
      series.aucByVersion.length > 0,
    ),
    ...(any(series.liveAuc)
      ? [
          section(
            'Quality on live outcomes',
            'ROC AUC of what was answered, once the truth was known.',
            () => liveAucChart(data),
            true,
          ),
        ]
      : []),
  ].join('\n');
}

const day = (at: number): string =>
  new Date(at).toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });

function timeline(data: ReportData): string {
  const events = data.timeline.map((e) => ({
    at: e.at,
    type: e.type as string,
    text: describe(e),
    mood: moodOf(e.type) as string,
  }));
  const notes = data.notes.map((note) => ({ at: note.at, type: '', text: note.text, mood: 'note' }));
  let last = '';
  return [...events, ...notes]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map((row) => {
      const today = day(Date.parse(row.at));
      const heading = today === last ? '' : `<tr class="day"><td colspan="3">${today}</td></tr>`;
      last = today;
      return `${heading}<tr class="${row.mood}"><td class="at">${row.at.slice(11, 19)}</td><td class="type"><span class="dot ${row.mood}"></span>${escapeHtml(row.type)}</td><td class="detail">${escapeHtml(row.text)}</td></tr>`;
    })
    .join('\n');
}
