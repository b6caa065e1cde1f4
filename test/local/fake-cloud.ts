import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../local/cloud/clock.ts';
import {
  type Access,
  AwsError,
  type Caller,
  type Cloud,
  type Created,
  NotSupportedLocally,
  type Service,
  type Shape,
} from '../../local/cloud/types.ts';

/** A decision that was asked for. */
export interface Asked extends Access {
  readonly caller: Caller;
}

/** A cloud of a few services with a real clock. It allows everything but what `denied` names, and records it. */
export interface FakeCloud extends Cloud {
  readonly asked: Asked[];
  readonly calls: { caller: Caller; service: string; operation: string; input: unknown }[];
  /** Actions that nobody but root may do. */
  readonly denied: Set<string>;
  /** Creates a resource as the loader would, its schema included. */
  create(type: string, properties: object, logicalId?: string): Promise<Created>;
  /** An API call by the account's administrator. */
  root(service: string, operation: string, input: Shape): Promise<Shape>;
}

export const START = Date.UTC(2026, 10, 16);
/** When people are at work and machines are tried. */
export const MORNING = Date.UTC(2026, 10, 16, 8);
export const ROLE: Caller = { kind: 'role', roleArn: 'arn:aws:iam::123456789012:role/tester', session: 't' };

export function fakeCloud(services: readonly Service[], start = START): FakeCloud {
  const clock = new VirtualClock(start);
  const asked: Asked[] = [];
  const calls: FakeCloud['calls'] = [];
  const denied = new Set<string>();
  let counter = 0;
  const hex = (digits: number) => (++counter).toString(16).padStart(digits, '0').slice(-digits);
  const find = (name: string): Service => {
    const found = services.find((s) => s.name === name);
    if (!found) throw new NotSupportedLocally(`service ${name}`);
    return found;
  };
  const cloud: FakeCloud = {
    clock,
    asked,
    calls,
    denied,
    random: { next: () => 0.5, uuid: () => `00000000-0000-4000-8000-${hex(12)}`, hex },
    account: '123456789012',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:0',
    dir: mkdtempSync(join(tmpdir(), 'coalmine-')),
    call: (caller, service, operation, input) =>
      clock.busy(`${service}:${operation}`, async () => {
        const op = find(service).operations[operation];
        if (!op) throw new NotSupportedLocally(`${service}:${operation}`);
        calls.push({ caller, service, operation, input });
        cloud.authorize(caller, op.access(input, cloud));
        return await op.run(input, { caller, cloud });
      }),
    authorize: (caller, access) => {
      for (const a of access) {
        asked.push({ ...a, caller });
        if (caller.kind !== 'root' && denied.has(a.action)) {
          throw new AwsError('AccessDenied', `${a.action} on ${a.resource} is denied`, 403);
        }
      }
    },
    assume: (roleArn, principal, session) => {
      asked.push({ action: 'sts:AssumeRole', resource: roleArn, caller: { kind: 'service', principal } });
      return { kind: 'role', roleArn, session };
    },
    identify: () => undefined,
    credentials: () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' }),
    service: <T extends Service>(name: string) => find(name) as T,
    assetPath: (key) => key,
    trace: () => {},
    create: async (type, properties, logicalId = 'Thing') => {
      const found = services.flatMap((s) => s.resources).find((r) => r.type === type);
      if (!found) throw new Error(`no service creates ${type}`);
      const physicalName = () => `stack-${logicalId.toLowerCase()}`;
      const placement = { stack: 'stack', logicalId, path: `stack/${logicalId}`, physicalName };
      return await found.create(found.schema.parse(properties), placement, cloud);
    },
    root: (service, operation, input) => cloud.call({ kind: 'root' }, service, operation, input),
  };
  return cloud;
}

/** Stands for a service that is not under test: answers `{}` and records the calls. */
export function recordingService(name: string, operations: readonly string[]) {
  const calls: { operation: string; input: Shape; caller: Caller }[] = [];
  const failing = new Map<string, AwsError>();
  const service: Service = {
    name,
    protocol: 'json',
    resources: [],
    operations: Object.fromEntries(
      operations.map((operation) => [
        operation,
        {
          access: () => [{ action: `${name}:${operation}`, resource: '*' }],
          run: (input: Shape, { caller }: { caller: Caller }) => {
            const error = failing.get(operation);
            if (error) throw error;
            calls.push({ operation, input, caller });
            return {};
          },
        },
      ]),
    ),
  };
  return { service, calls, failing };
}

/** A service of hand-written operations that ask for nothing. */
export function fakeService(
  name: string,
  operations: Record<string, (input: Shape, call: { caller: Caller; cloud: Cloud }) => unknown>,
  more: object = {},
): Service {
  return {
    name,
    protocol: 'json',
    operations: Object.fromEntries(
      Object.entries(operations).map(([operation, run]) => [
        operation,
        {
          access: () => [{ action: `${name}:${operation}`, resource: '*' }],
          run: async (input: Shape, call: { caller: Caller; cloud: Cloud }) => run(input, call),
        },
      ]),
    ),
    resources: [],
    ...more,
  };
}
