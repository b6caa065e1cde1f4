import type { Cloud } from '../../types.ts';
import { metricSink } from '../common.ts';
import type { LoggingConfig, Target } from './records.ts';

const NAMESPACE = 'AWS/Lambda';

/**
 * The dimension sets under which Lambda publishes the metrics of an invocation: the function, what was asked for, and
 * for an alias also the version that answered.
 */
export function dimensionSets({ fn, version, qualifier, isAlias }: Target): Record<string, string>[] {
  const FunctionName = fn.name;
  const sets: Record<string, string>[] = [{ FunctionName }];
  sets.push({ FunctionName, Resource: qualifier === undefined ? fn.name : `${fn.name}:${qualifier}` });
  if (isAlias)
    sets.push({ FunctionName, Resource: `${fn.name}:${qualifier}`, ExecutedVersion: version.version });
  return sets;
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'Count' | 'Milliseconds';
}

/** Publishes figures of one invocation at the present virtual time. */
export function recordFigures(cloud: Cloud, target: Target, figures: readonly Figure[]): void {
  const sink = metricSink(cloud);
  if (!sink?.record) return;
  const at = cloud.clock.now();
  for (const dimensions of dimensionSets(target))
    for (const { name, value, unit } of figures) sink.record(NAMESPACE, name, dimensions, value, unit, at);
}

export interface Report {
  readonly requestId: string;
  readonly version: string;
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly rssBytes: number;
  readonly status: 'success' | 'error' | 'timeout' | 'failure';
}

const ms = (value: number): string => value.toFixed(2);
const used = (r: Report): number => Math.min(r.memoryMb, Math.ceil(r.rssBytes / 1024 / 1024));

/** Surrounds the lines of an invocation with the platform's own, in the function's log format. */
export function platformLog(
  lines: readonly string[],
  r: Report,
  logging: LoggingConfig,
  at: string,
): string[] {
  if (logging.format === 'Text')
    return [
      `START RequestId: ${r.requestId} Version: ${r.version}`,
      ...lines,
      `END RequestId: ${r.requestId}`,
      `REPORT RequestId: ${r.requestId}\tDuration: ${ms(r.durationMs)} ms\tBilled Duration: ${Math.ceil(r.durationMs)} ms\tMemory Size: ${r.memoryMb} MB\tMax Memory Used: ${used(r)} MB${r.initMs === undefined ? '' : `\tInit Duration: ${ms(r.initMs)} ms`}${r.status === 'success' ? '' : `\tStatus: ${r.status}`}`,
    ];
  if (logging.systemLevel === 'WARN') return [...lines];
  const event = (type: string, record: object) => JSON.stringify({ time: at, type, record });
  return [
    event('platform.start', { requestId: r.requestId, version: r.version }),
    ...lines,
    event('platform.report', {
      requestId: r.requestId,
      status: r.status,
      metrics: {
        durationMs: Number(ms(r.durationMs)),
        billedDurationMs: Math.ceil(r.durationMs),
        memorySizeMB: r.memoryMb,
        maxMemoryUsedMB: used(r),
        ...(r.initMs === undefined ? {} : { initDurationMs: Number(ms(r.initMs)) }),
      },
    }),
  ];
}
