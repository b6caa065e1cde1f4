import type { Cloud } from '../../types.ts';
import { metricSink } from '../common.ts';
import type { EventsService, LogsService, ServiceEvent } from '../internal.ts';

function optional<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

/** Puts an event of an AWS service on the default bus, where the cloud has one (tests of one service have none). */
export function announce(cloud: Cloud, event: ServiceEvent): void {
  optional(() => cloud.service<EventsService>('events'))?.emit?.(event);
}

export function metric(
  cloud: Cloud,
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  value: number,
  unit: string,
): void {
  metricSink(cloud)?.record?.(namespace, name, dimensions, value, unit, cloud.clock.now());
}

export function logLines(cloud: Cloud, group: string, stream: string, lines: readonly string[]): void {
  optional(() => cloud.service<LogsService>('logs'))?.ingest?.(group, stream, lines, cloud.clock.now());
}
