import { createHash } from 'node:crypto';
import * as echarts from 'echarts';
import type { Point, ReportData } from './data.ts';

// Mid tones that read on white and on black alike, so that one SVG serves both themes.
const INK = '#7d8590';
const GRID = 'rgba(125,133,144,0.22)';
export const SLOT: Record<string, string> = { blue: '#3b82f6', green: '#22a565', 'alias live': '#a855f7' };
export const PALETTE = [
  '#3b82f6',
  '#f59e0b',
  '#22a565',
  '#a855f7',
  '#ef4444',
  '#14b8a6',
  '#ec4899',
  '#84a117',
];
const WIDTH = 1040;

type Option = echarts.EChartsOption;

export function render(option: Option, height: number): string {
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

export const label = { color: INK, fontSize: 12 };
export const line = { lineStyle: { color: GRID } };
export const timeAxis = (data: ReportData): Option['xAxis'] => ({
  type: 'time',
  min: data.from,
  max: data.to,
  axisLabel: { ...label, hideOverlap: true, formatter: (v: number) => when(v, data) },
  axisLine: line,
  axisTick: line,
  splitLine: { show: false },
});
/** Weekday and day for weeks, month and year for years. */
export function when(at: number, data: ReportData): string {
  const date = new Date(at);
  const long = data.to - data.from > 60 * 86_400_000;
  const options: Intl.DateTimeFormatOptions = long
    ? { month: 'short', year: 'numeric', timeZone: 'UTC' }
    : { weekday: 'short', day: 'numeric', timeZone: 'UTC' };
  return date.toLocaleDateString('en-GB', options);
}
export const valueAxis = (name: string, extra: object = {}): Option['yAxis'] => ({
  type: 'value',
  name,
  nameTextStyle: { ...label, align: 'left' },
  axisLabel: label,
  splitLine: line,
  ...extra,
});
export const grid = { left: 56, right: 24, top: 44, bottom: 32 };
export const legend = {
  right: 8,
  top: 4,
  textStyle: label,
  icon: 'roundRect',
  itemWidth: 14,
  itemHeight: 8,
  itemGap: 26,
};
export const limitLine = (value: number, text: string) => ({
  silent: true,
  symbol: 'none',
  lineStyle: { color: '#ef4444', type: 'dashed' as const, width: 1 },
  label: { formatter: text, color: '#ef4444', position: 'insideEndTop' as const, fontSize: 11 },
  data: [{ yAxis: value }],
});
export const mutable = (points: readonly Point[]): number[][] => points.map(([t, v]) => [t, v]);

/** A line that breaks where nothing was measured for long, instead of bridging it. */
export function broken(points: readonly Point[]): (number | null)[][] {
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
