import { createHash } from 'node:crypto';
import * as echarts from 'echarts';
import type { Point, ReportData } from './data.ts';

// Mid tones that read on white and on black alike, so that one SVG serves both themes.
const INK = '#7d8590';
const GRID = 'rgba(125,133,144,0.22)';
const SLOT: Record<string, string> = { blue: '#3b82f6', green: '#22a565', 'alias live': '#a855f7' };
const PALETTE = ['#3b82f6', '#f59e0b', '#22a565', '#a855f7', '#ef4444', '#14b8a6', '#ec4899', '#84a117'];
const WIDTH = 1040;

type Option = echarts.EChartsOption;

function render(option: Option, height: number): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit', color: INK }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return withOwnIds(svg, option);
}

/** echarts numbers its ids by process; named after the chart, equal data give an equal page. */
function withOwnIds(svg: string, option: Option): string {
  const name = createHash('sha256').update(JSON.stringify(option)).digest('hex').slice(0, 8);
  const seen = new Map<string, string>();
  return svg.replace(/zr\d+-[a-z]+-?\d+/g, (id) => {
    if (!seen.has(id)) seen.set(id, `c${name}-${seen.size}`);
    return seen.get(id)!;
  });
}

const label = { color: INK, fontSize: 12 };
const line = { lineStyle: { color: GRID } };
const timeAxis = (data: ReportData): Option['xAxis'] => ({
  type: 'time',
  min: data.from,
  max: data.to,
  axisLabel: { ...label, hideOverlap: true, formatter: (v: number) => when(v, data) },
  axisLine: line,
  axisTick: line,
  splitLine: { show: false },
});
/** Weekday and day for weeks, month and year for years. */
function when(at: number, data: ReportData): string {
  const date = new Date(at);
  const long = data.to - data.from > 60 * 86_400_000;
  const options: Intl.DateTimeFormatOptions = long
    ? { month: 'short', year: 'numeric', timeZone: 'UTC' }
    : { weekday: 'short', day: 'numeric', timeZone: 'UTC' };
  return date.toLocaleDateString('en-GB', options);
}
const valueAxis = (name: string, extra: object = {}): Option['yAxis'] => ({
  type: 'value',
  name,
  nameTextStyle: { ...label, align: 'left' },
  axisLabel: label,
  splitLine: line,
  ...extra,
});
const grid = { left: 56, right: 24, top: 44, bottom: 32 };
const legend = {
  right: 8,
  top: 4,
  textStyle: label,
  icon: 'roundRect',
  itemWidth: 14,
  itemHeight: 8,
  itemGap: 26,
};
const limitLine = (value: number, text: string) => ({
  silent: true,
  symbol: 'none',
  lineStyle: { color: '#ef4444', type: 'dashed' as const, width: 1 },
  label: { formatter: text, color: '#ef4444', position: 'insideEndTop' as const, fontSize: 11 },
  data: [{ yAxis: value }],
});
const mutable = (points: readonly Point[]): number[][] => points.map(([t, v]) => [t, v]);

/** A line that breaks where nothing was measured for long, instead of bridging it. */
function broken(points: readonly Point[]): (number | null)[][] {
  const steps = points.slice(1).map(([t], i) => t - points[i]![0]);
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return points.flatMap(([t, v], i) =>
    i > 0 && steps[i - 1]! > 12 * usual
      ? [
          [t - 1, null],
          [t, v],
        ]
      : [[t, v]],
  );
}

/** Share of traffic by version, as steps. */
export function weightsChart(data: ReportData): string {
  const series = Object.entries(data.series.weights).map(([version, points], i) => ({
    name: `version ${version}`,
    type: 'line' as const,
    step: 'end' as const,
    symbol: 'none',
    data: mutable(points),
    color: PALETTE[i % PALETTE.length],
    lineStyle: { width: 2 },
    areaStyle: { opacity: 0.12 },
  }));
  return render(
    { grid, legend, xAxis: timeAxis(data), yAxis: valueAxis('% of traffic', { min: 0, max: 100 }), series },
    240,
  );
}

function bySlot(
  data: ReportData,
  values: Readonly<Record<string, readonly Point[]>>,
  name: string,
  limit: number,
  limitText: string,
  axis: object,
): string {
  const series = Object.entries(values).map(([slot, points], i) => ({
    name: slot,
    type: 'line' as const,
    symbol: 'circle',
    symbolSize: 4,
    data: broken(points),
    color: SLOT[slot] ?? PALETTE[i],
    lineStyle: { width: 1.5 },
    ...(i === 0 ? { markLine: limitLine(limit, limitText) } : {}),
  }));
  return render(
    {
      grid,
      legend,
      xAxis: timeAxis(data),
      yAxis: valueAxis(name, axis),
      series,
    },
    220,
  );
}
export const errorRateChart = (data: ReportData): string => {
  const limit = data.thresholds.errorRate * 100;
  const axis = { min: 0, max: (range: { max: number }) => Math.max(Math.ceil(range.max), limit * 1.2) };
  return bySlot(data, data.series.errorRate, '% failed', limit, `alarm ${limit} %`, axis);
};
/** Logarithmic: a healthy handler takes milliseconds or less, the alarm is at hundreds. */
export const p99Chart = (data: ReportData): string => {
  const limit = data.thresholds.p99Ms;
  const axis = { type: 'log', min: 0.1, max: (range: { max: number }) => Math.max(range.max, limit) * 2 };
  return bySlot(data, data.series.p99, 'p99, ms', limit, `alarm ${limit} ms`, axis);
};

/** PSI of each feature at each drift check: a heat map, the most drifted feature on top. */
export function psiChart(data: ReportData): string {
  const checks = data.series.psi;
  const peak = new Map<string, number>();
  for (const { values } of checks)
    for (const [f, v] of Object.entries(values)) peak.set(f, Math.max(peak.get(f) ?? 0, v));
  const features = [...peak].sort((a, b) => a[1] - b[1]).map(([f]) => f);
  const cells = checks.flatMap((c, x) =>
    Object.entries(c.values).map(([f, v]) => [x, features.indexOf(f), Number(v.toFixed(3))]),
  );
  const many = checks.length > 16;
  return render(
    {
      grid: { left: 150, right: 90, top: 12, bottom: 32 },
      xAxis: {
        type: 'category',
        data: checks.map((c) => when(c.at, data)),
        axisLabel: { ...label, hideOverlap: true },
        axisLine: line,
        axisTick: { show: false },
      },
      yAxis: {
        type: 'category',
        data: features,
        axisLabel: label,
        axisLine: { show: false },
        axisTick: { show: false },
      },
      visualMap: {
        type: 'piecewise',
        right: 0,
        top: 'center',
        textStyle: label,
        itemHeight: 12,
        pieces: [
          { lt: 0.1, color: 'rgba(34,165,101,0.25)', label: '< 0.1' },
          { gte: 0.1, lt: data.thresholds.psi, color: '#f5c451', label: `0.1 – ${data.thresholds.psi}` },
          { gte: data.thresholds.psi, color: '#ef4444', label: `≥ ${data.thresholds.psi}` },
        ],
      },
      series: [
        {
          type: 'heatmap',
          data: cells,
          label: {
            show: !many,
            fontSize: 10,
            color: INK,
            formatter: (p) => psiLabel((p.value as number[])[2]!),
          },
          itemStyle: { borderWidth: many ? 0 : 2, borderColor: 'rgba(125,133,144,0.12)', borderRadius: 3 },
        },
      ],
    },
    Math.max(140, 60 + features.length * 22),
  );
}
const psiLabel = (v: number): string => (v < 0.1 ? '' : v.toFixed(2));

/** AUC of each registered version on the golden set and on its validation split. */
export function aucByVersionChart(data: ReportData): string {
  const versions = data.series.aucByVersion;
  const bar = (name: string, color: string, pick: (v: (typeof versions)[number]) => number | null) => ({
    name,
    type: 'bar' as const,
    barMaxWidth: 34,
    color,
    data: versions.map((v) => pick(v) ?? '-'),
    label: {
      show: versions.length <= 12,
      position: 'top' as const,
      ...label,
      formatter: (p: { value?: unknown }) => Number(p.value).toFixed(3),
    },
    itemStyle: { borderRadius: [3, 3, 0, 0] },
  });
  return render(
    {
      grid,
      legend,
      xAxis: {
        type: 'category',
        data: versions.map((v) => `version ${v.version}`),
        axisLabel: label,
        axisLine: line,
        axisTick: { show: false },
      },
      yAxis: valueAxis('AUC', { min: 0.5, max: 1 }),
      series: [
        bar('golden set', '#3b82f6', (v) => v.golden),
        bar('validation split', '#f59e0b', (v) => v.validation),
      ],
    },
    240,
  );
}

/** AUC on live outcomes over time. */
export function liveAucChart(data: ReportData): string {
  const series = Object.entries(data.series.liveAuc).map(([name, points], i) => ({
    name,
    type: 'line' as const,
    symbol: 'circle',
    symbolSize: 4,
    data: mutable(points),
    color: ['#22a565', '#ef4444', '#3b82f6'][i],
    lineStyle: { width: 2 },
  }));
  return render(
    {
      grid,
      legend,
      xAxis: timeAxis(data),
      yAxis: valueAxis('AUC on live outcomes', { min: 0.4, max: 1 }),
      series,
    },
    260,
  );
}
