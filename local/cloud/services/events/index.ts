import { AwsError, type Cloud, type Operation, type Shape } from '../../types.ts';
import { kmsUse, metricSink } from '../common.ts';
import type { CloudEvent, EventsService, ServiceEvent, Undelivered } from '../internal.ts';
import { type Delivery, deliver, giveUp } from '../messaging/index.ts';
import { type Bus, eventTypes, newBus, type Rule, type RuleTarget } from './resources.ts';
import { targetInput } from './transform.ts';

const PRINCIPAL = 'events.amazonaws.com';
/** PutEvents takes 10 entries and 256 KB at most. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 262_144;

type Listener = (event: CloudEvent, busName: string) => void;

/**
 * EventBridge: buses, rules with event patterns, targets by role or resource policy, input transformers, retries,
 * dead-letter queues, archives. What AWS services announce arrives on the bus `default` through `emit`.
 */
export function createEvents(): EventsService {
  const buses = new Map<string, Bus>();
  const listeners = new Set<Listener>();
  const undelivered: Undelivered[] = [];
  let home: Cloud | undefined;

  /** @throws AwsError ResourceNotFoundException */
  const busOf = (cloud: Cloud, name = 'default'): Bus => {
    home ??= cloud;
    const short = name.startsWith('arn:') ? name.split('event-bus/')[1]! : name;
    if (short === 'default' && !buses.has('default')) buses.set('default', newBus(cloud, 'default'));
    const found = buses.get(short);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Event bus ${short} does not exist.`);
  };

  const dispatch = (cloud: Cloud, bus: Bus, event: CloudEvent): void => {
    for (const listener of listeners) listener(event, bus.name);
    for (const archive of bus.archives) if (archive.matches(event)) archive.events.push(event);
    for (const rule of bus.rules) {
      if (!rule.enabled || !rule.matches(event)) continue;
      metric(cloud, rule, 'MatchedEvents');
      for (const target of rule.targets) {
        const input = targetInput(target, event, rule, event.time);
        const what = `${event['detail-type']} to ${target.arn}`;
        // Timers of one instant run one after the other: the same program gives the same order of deliveries.
        cloud.clock.after(0, what, () => send(cloud, bus, rule, target, input));
      }
    }
  };

  const send = async (
    cloud: Cloud,
    bus: Bus,
    rule: Rule,
    target: RuleTarget,
    input: string,
  ): Promise<void> => {
    const delivery: Delivery = { target, principal: PRINCIPAL, sourceArn: rule.arn, input };
    metric(cloud, rule, 'Invocations');
    const outcome = await deliver(cloud, delivery, target.retry);
    if (outcome.delivered) return;
    metric(cloud, rule, 'FailedInvocations');
    const failed = await giveUp(cloud, delivery, outcome, target.deadLetterArn ?? bus.deadLetterArn);
    if (failed.deadLettered) metric(cloud, rule, 'InvocationsSentToDlq');
    undelivered.push(failed);
  };

  const metric = (cloud: Cloud, rule: Rule, name: string): void =>
    metricSink(cloud)?.record?.('AWS/Events', name, { RuleName: rule.name }, 1, 'Count', cloud.clock.now());

  const envelope = (cloud: Cloud, event: ServiceEvent, at: number): CloudEvent => ({
    version: '0',
    id: cloud.random.uuid(),
    'detail-type': event['detail-type'],
    source: event.source,
    account: cloud.account,
    time: new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: cloud.region,
    resources: event.resources ?? [],
    detail: event.detail,
  });

  const putEvents: Operation = {
    access: (input, cloud) =>
      (input.Entries ?? []).flatMap((e: Shape) => {
        const bus = busOf(cloud, e.EventBusName);
        const context = { 'events:source': e.Source ?? '', 'events:detail-type': e.DetailType ?? '' };
        return [
          { action: 'events:PutEvents', resource: bus.arn, context },
          ...kmsUse(cloud, bus.kmsKey, 'events', ['GenerateDataKey', 'Decrypt']),
        ];
      }),
    run: (input, { cloud, caller }) => {
      const entries: Shape[] = input.Entries ?? [];
      if (entries.length === 0 || entries.length > MAX_ENTRIES) {
        throw new AwsError('ValidationException', `1 to ${MAX_ENTRIES} entries, not ${entries.length}`);
      }
      if (Buffer.byteLength(JSON.stringify(entries)) > MAX_BYTES) {
        throw new AwsError(
          'ValidationException',
          'Total size of the entries in the request is over the limit.',
        );
      }
      const answers = entries.map((e): Shape => {
        const refused = refuse(e, caller.kind === 'root');
        if (refused) return refused;
        const at = timeOf(e.Time) ?? cloud.clock.now();
        const event = envelope(
          cloud,
          {
            source: e.Source,
            'detail-type': e.DetailType,
            resources: e.Resources,
            detail: JSON.parse(e.Detail),
          },
          at,
        );
        dispatch(cloud, busOf(cloud, e.EventBusName), event);
        return { EventId: event.id };
      });
      return { FailedEntryCount: answers.filter((a) => a.ErrorCode).length, Entries: answers };
    },
  };

  const toggle = (name: string, enabled: boolean): Operation => ({
    access: (input, cloud) => [
      { action: `events:${name}`, resource: ruleOf(busOf(cloud, input.EventBusName), input.Name).arn },
    ],
    run: (input, { cloud }) => {
      ruleOf(busOf(cloud, input.EventBusName), input.Name).enabled = enabled;
      return {};
    },
  });

  return {
    name: 'events',
    protocol: 'json',
    conditionKeys: ['events:source', 'events:detail-type'],
    start: (cloud) => {
      home = cloud;
    },
    operations: {
      PutEvents: putEvents,
      EnableRule: toggle('EnableRule', true),
      DisableRule: toggle('DisableRule', false),
      ListRules: {
        access: () => [{ action: 'events:ListRules', resource: '*' }],
        run: (input, { cloud }) => ({
          Rules: busOf(cloud, input.EventBusName).rules.map((r) => ({
            Name: r.name,
            Arn: r.arn,
            State: r.enabled ? 'ENABLED' : 'DISABLED',
          })),
        }),
      },
      ListArchives: {
        access: () => [{ action: 'events:ListArchives', resource: '*' }],
        run: () => ({
          Archives: [...buses.values()].flatMap((bus) =>
            bus.archives.map((a) => ({
              ArchiveName: a.name,
              EventSourceArn: bus.arn,
              State: 'ENABLED',
              EventCount: a.events.length,
            })),
          ),
        }),
      },
    },
    resources: eventTypes(busOf, (bus) => buses.set(bus.name, bus)),
    policyOf: (arn) => buses.get(arn.split('event-bus/')[1] ?? '')?.policy,
    emit(event) {
      // Before the cloud has started nobody can listen.
      if (home) dispatch(home, busOf(home), envelope(home, event, home.clock.now()));
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    undelivered,
  };
}

/** @throws AwsError ResourceNotFoundException */
function ruleOf(bus: Bus, name: string): Rule {
  const found = bus.rules.find((r) => r.name === name);
  if (found) return found;
  throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
}

/** SDKs send seconds; in-process callers may give a date. */
function timeOf(time: unknown): number | undefined {
  if (time === undefined) return undefined;
  return typeof time === 'number' ? time * 1000 : new Date(time as string | Date).getTime();
}

/** The error entry of an event that is not taken. */
function refuse(entry: Shape, root: boolean): Shape | undefined {
  const no = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  for (const name of ['Source', 'DetailType', 'Detail']) {
    if (!entry[name]) return no('InvalidArgument', `Parameter ${name} is not valid. Reason: it is required.`);
  }
  // Only AWS services speak as aws.*; the rehearsal's administrator may, to play one.
  if (!root && entry.Source.startsWith('aws.'))
    return no('NotAuthorizedForSourceException', 'Not authorized for the source.');
  try {
    const detail = JSON.parse(entry.Detail);
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // Answered below, as any other detail that is not an object.
  }
  return no('MalformedDetail', 'Detail is malformed.');
}
