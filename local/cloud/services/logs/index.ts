import { type Access, AwsError, type Cloud, type Operation, type Shape } from '../../types.ts';
import { metricSink } from '../common.ts';
import type { LogsService, Undelivered } from '../internal.ts';
import { compileFilter, parseLine } from './pattern.ts';
import { addGroup, groupOf, type LogsState, logTypes } from './resources.ts';
import type { LogEvent, LogGroup } from './store.ts';
import { BATCH_MS, flush } from './subscription.ts';

/** FilterLogEvents answers 10,000 events at most. */
const MAX_EVENTS = 10_000;

/**
 * CloudWatch Logs: groups, streams, filter patterns, subscriptions to Firehose and Lambda, metric filters; lines in
 * the embedded metric format go on to CloudWatch.
 */
export function createLogs(): LogsService {
  const state: LogsState = { groups: new Map(), policies: [] };
  const undelivered: Undelivered[] = [];
  let home: Cloud | undefined;
  let counter = 0;

  const append = (
    cloud: Cloud,
    group: LogGroup,
    stream: string,
    message: string,
    timestamp: number,
  ): void => {
    // Event ids of CloudWatch Logs are long numbers, ascending; ours count.
    const id = String(++counter).padStart(56, '0');
    const event: LogEvent = { id, stream, timestamp, ingestedAt: cloud.clock.now(), message };
    group.append(event);
    for (const subscription of group.subscriptions) {
      if (!subscription.matches(message)) continue;
      subscription.pending.push(event);
      if (subscription.scheduled) continue;
      subscription.scheduled = true;
      cloud.clock.after(BATCH_MS, `subscription ${subscription.name}`, () =>
        flush(cloud, group, subscription, (u) => undelivered.push(u)),
      );
    }
    for (const filter of group.metricFilters) if (filter.matches(message)) filter.record(message, timestamp);
    // The search is cheaper than parsing: most lines are no metrics.
    if (message.includes('"_aws"')) {
      const document = parseLine(message);
      if (typeof document === 'object' && document !== null)
        metricSink(cloud)?.ingestEmf?.(document, timestamp);
    }
  };

  const groupAccess =
    (action: string): Operation['access'] =>
    (input, cloud): Access[] => {
      const name = String(input.logGroupName ?? input.logGroupIdentifier)
        .replace(/^.*:log-group:/, '')
        .replace(/:\*$/, '');
      return [
        {
          action: `logs:${action}`,
          // AWS asks for the group with an empty stream, which is why policies name groups with `:*` at the end.
          resource: `arn:aws:logs:${cloud.region}:${cloud.account}:log-group:${name}:log-stream:`,
        },
      ];
    };
  const streamAccess =
    (action: string): Operation['access'] =>
    (input, cloud): Access[] => [
      {
        action: `logs:${action}`,
        resource: `arn:aws:logs:${cloud.region}:${cloud.account}:log-group:${input.logGroupName}:log-stream:${input.logStreamName}`,
      },
    ];
  const exists = (what: string) =>
    new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);

  const operations: Record<string, Operation> = {
    CreateLogGroup: {
      access: groupAccess('CreateLogGroup'),
      run: (input, { cloud }) => {
        if (state.groups.has(input.logGroupName)) throw exists('log group');
        addGroup(state, cloud, input.logGroupName);
        return {};
      },
    },
    CreateLogStream: {
      access: groupAccess('CreateLogStream'),
      run: (input) => {
        const group = groupOf(state, input.logGroupName);
        if (group.streams.has(input.logStreamName)) throw exists('log stream');
        group.streams.add(input.logStreamName);
        return {};
      },
    },
    PutLogEvents: {
      access: streamAccess('PutLogEvents'),
      run: (input, { cloud }) => {
        const group = groupOf(state, input.logGroupName);
        if (!group.streams.has(input.logStreamName)) {
          throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
        }
        for (const e of input.logEvents) append(cloud, group, input.logStreamName, e.message, e.timestamp);
        return {};
      },
    },
    FilterLogEvents: {
      access: groupAccess('FilterLogEvents'),
      run: (input) => filterEvents(groupOf(state, input.logGroupName ?? input.logGroupIdentifier), input),
    },
    DescribeLogGroups: {
      access: () => [{ action: 'logs:DescribeLogGroups', resource: '*' }],
      run: (input) => ({
        logGroups: [...state.groups.values()]
          .filter((g) => g.name.startsWith(input.logGroupNamePrefix ?? ''))
          .map((g) => ({ logGroupName: g.name, arn: `${g.arn}:*`, logGroupArn: g.arn })),
      }),
    },
  };

  return {
    name: 'logs',
    protocol: 'json',
    operations,
    resources: logTypes(state),
    start: (cloud) => {
      home = cloud;
    },
    // One document for all: resource policies of CloudWatch Logs belong to the account.
    policyOf: accountPolicy(state),
    ingest(logGroup, stream, lines, at) {
      if (!home) throw new Error('logs were ingested before the cloud has started');
      const cloud = home;
      const group = state.groups.get(logGroup) ?? addGroup(state, cloud, logGroup);
      group.expire(cloud.clock.now());
      for (const line of lines) append(cloud, group, stream, line, at ?? cloud.clock.now());
    },
    undelivered,
  };
}

function accountPolicy(state: LogsState): NonNullable<LogsService['policyOf']> {
  let count = 0;
  let document: ReturnType<NonNullable<LogsService['policyOf']>>;
  return () => {
    if (count !== state.policies.length) {
      count = state.policies.length;
      document = { Statement: state.policies.flatMap((p) => p.Statement) };
    }
    return document;
  };
}

/** A page of events; the token is the index to go on at. */
function filterEvents(group: LogGroup, input: Shape): Shape {
  const matches = compileFilter(input.filterPattern ?? '');
  const end = input.endTime ?? Number.POSITIVE_INFINITY;
  const limit = Math.min(input.limit ?? MAX_EVENTS, MAX_EVENTS);
  const streams = input.logStreamNames ? new Set<string>(input.logStreamNames) : undefined;
  const events: Shape[] = [];
  let i = group.firstAt(input.startTime ?? 0);
  if (input.nextToken !== undefined) i = Math.max(i, Number(input.nextToken));
  for (; ; i++) {
    const event = group.at(i);
    // Both ends of the range belong to it.
    if (!event || event.timestamp > end) return { events };
    if (streams && !streams.has(event.stream)) continue;
    if (input.logStreamNamePrefix && !event.stream.startsWith(input.logStreamNamePrefix)) continue;
    if (!matches(event.message)) continue;
    if (events.length >= limit) return { events, nextToken: String(i) };
    events.push({
      logStreamName: event.stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
      eventId: event.id,
    });
  }
}
