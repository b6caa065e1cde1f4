import { AwsError, type Cloud } from '../../types.ts';
import type { Alarm } from './alarm.ts';
import { operations } from './api.ts';
import { CompositeAlarm } from './composite-alarm.ts';
import { samplesOf } from './emf.ts';
import { MetricAlarm } from './metric-alarm.ts';
import { alarmResources } from './resources.ts';
import type { CloudWatchService } from './service.ts';
import { pointOf, statistic } from './statistics.ts';
import { MetricStore, MINUTE_MS, minuteOf } from './store.ts';

export type { AlarmHistoryItem } from './alarm.ts';
export type { CloudWatchService, Point } from './service.ts';

/** Amazon CloudWatch: metrics by the minute, metric math, and alarms that are evaluated as each minute closes. */
export function createCloudWatch(): CloudWatchService {
  const store = new MetricStore();
  const alarms = new Map<string, Alarm>();
  let ticking = false;

  const tick = (cloud: Cloud): void => {
    for (const alarm of alarms.values()) if (alarm instanceof MetricAlarm) alarm.evaluate();
    for (const alarm of alarms.values()) if (alarm instanceof CompositeAlarm) alarm.evaluate();
    schedule(cloud);
  };
  const schedule = (cloud: Cloud): void => {
    const next = (minuteOf(cloud.clock.now()) + 1) * MINUTE_MS;
    cloud.clock.at(next, 'alarms', () => tick(cloud));
  };

  return {
    name: 'monitoring',
    protocol: 'json',
    operations: operations(store, alarms),
    conditionKeys: ['cloudwatch:namespace'],
    resources: alarmResources({
      store,
      add(alarm) {
        if (alarms.has(alarm.name))
          throw new AwsError('ResourceAlreadyExists', `an alarm is called '${alarm.name}' already`);
        alarms.set(alarm.name, alarm);
        if (!ticking) schedule(alarm.cloud);
        ticking = true;
      },
      find(nameOrArn) {
        const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':alarm:')[1]! : nameOrArn;
        const alarm = alarms.get(name);
        if (!alarm) throw new AwsError('ResourceNotFound', `alarm '${nameOrArn}' does not exist`, 404);
        return alarm;
      },
    }),
    record(namespace, name, dimensions, value, unit, atMs) {
      store.add(store.series(namespace, name, dimensions), value, unit, atMs);
    },
    ingestEmf(doc, atMs) {
      for (const s of samplesOf(doc, atMs))
        store.add(store.series(s.namespace, s.name, s.dimensions), s.value, s.unit, s.at);
    },
    series(namespace, name, dimensions, stat, periodSeconds, from, to) {
      const series = store.find(namespace, name, dimensions);
      if (!series) return [];
      const minutes = periodSeconds / 60;
      const out: { at: number; value: number }[] = [];
      for (let m = Math.floor(minuteOf(from) / minutes) * minutes; m * MINUTE_MS < to; m += minutes) {
        const value = pointOf(series, statistic(stat), m, minutes);
        if (value !== undefined) out.push({ at: m * MINUTE_MS, value });
      }
      return out;
    },
    alarmHistory: (name) =>
      [...alarms.values()]
        .filter((a) => name === undefined || a.name === name)
        .flatMap((a) => a.history)
        .toSorted((a, b) => a.at - b.at),
    alarmStates: () => Object.fromEntries([...alarms.values()].map((a) => [a.name, a.state])),
  };
}
