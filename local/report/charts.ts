import {
  broken,
  grid,
  label,
  legend,
  limitLine,
  line,
  mutable,
  PALETTE,
  render,
  SLOT,
  timeAxis,
  valueAxis,
  when,
} from './chart.ts';
import type { Point, ReportData } from './data.ts';

/** Versions that can still be told apart by colour. */
const FEW = 10;

/** Share of traffic by version, as steps; of many versions, which of them serve. */
export function weightsChart(data: ReportData): string {
  const versions = Object.entries(data.series.weights);
  const few = versions.length <= FEW;
  return render(
    {
      grid,
      legend,
      xAxis: timeAxis(data),
      yAxis: few
        ? valueAxis('% of traffic', { min: 0, max: 100 })
        : valueAxis('version', { min: 0, minInterval: 1 }),
      series: few ? versions.map(shareOfVersion) : servingVersions(versions),
    },
    240,
  );
}

const shareOfVersion = ([version, points]: [string, readonly Point[]], i: number) => ({
  name: `version ${version}`,
  type: 'line' as const,
  step: 'end' as const,
  symbol: 'none',
  data: mutable(points),
  color: PALETTE[i % PALETTE.length],
  lineStyle: { width: 2 },
  areaStyle: { opacity: 0.12 },
});

/** A line of the version with most of the traffic, and a dot for each that began to share it. */
function servingVersions(versions: readonly [string, readonly Point[]][]) {
  const changes = versions
    .flatMap(([version, points]) => points.map(([at, share]) => ({ at, version: Number(version), share })))
    .sort((x, y) => x.at - y.at || x.share - y.share);
  const most = changes.filter(({ share }) => share > 50).map(({ at, version }) => [at, version]);
  const some = changes
    .filter(({ share }) => share > 0 && share <= 50)
    .map(({ at, version }) => [at, version]);
  return [
    {
      name: 'serves most',
      type: 'line' as const,
      step: 'end' as const,
      symbol: 'none',
      data: most,
      color: PALETTE[0],
    },
    { name: 'shares', type: 'scatter' as const, symbolSize: 4, data: some, color: PALETTE[1] },
  ];
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
    Object.entries(c.values).map(([f, v]) => ({
      value: [x, features.indexOf(f), Number(v.toFixed(3))],
      label: { color: v >= data.thresholds.psi ? '#fff' : '#4a3500' },
    })),
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
      yAxis: valueAxis('AUC', {
        // Chance is 0.5; a version below it must be seen to be.
        min: ({ min }: { min: number }) => Math.min(0.5, Math.floor(min * 10) / 10),
        max: 1,
      }),
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
