import { VirtualClock } from '../../../local/cloud/clock.ts';
import {
  type Access,
  AwsError,
  type Caller,
  type Cloud,
  type Placement,
  type Service,
  type Shape,
} from '../../../local/cloud/types.ts';

/** A cloud of the services given: calls go straight to their operations, and every access question is kept. */
export interface FakeCloud extends Cloud {
  readonly asked: Access[];
  readonly calls: { caller: Caller; service: string; operation: string; input: unknown }[];
  /** Actions that are refused. */
  readonly denied: Set<string>;
  /** Creates a resource through the service's own resource type. */
  create(type: string, properties: unknown, logicalId?: string): Promise<{ ref: string }>;
}

/** A number generator that only needs to be the same every time. */
function counter() {
  let n = 0;
  const hex = (digits: number) => (++n).toString(16).padStart(digits, '0').slice(-digits);
  return {
    next: () => ((++n * 7919) % 1000) / 1000,
    hex,
    uuid: () => `${hex(8)}-0000-4000-8000-${hex(12)}`,
  };
}

export function fakeCloud(services: readonly Service[], start = '2026-11-16T08:00:00Z'): FakeCloud {
  const byName = new Map(services.map((s) => [s.name, s]));
  const clock = new VirtualClock(Date.parse(start));
  const cloud: FakeCloud = {
    clock,
    random: counter(),
    account: '111122223333',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:0',
    dir: '/tmp',
    asked: [],
    calls: [],
    denied: new Set(),
    async call(caller, service, operation, input) {
      return clock.busy(`${service}:${operation}`, async () => {
        const found = byName.get(service)?.operations[operation];
        if (!found) throw new Error(`the fake cloud has no ${service}:${operation}`);
        cloud.calls.push({ caller, service, operation, input });
        cloud.authorize(caller, found.access(input, cloud));
        return found.run(input, { caller, cloud });
      });
    },
    authorize(_caller, access) {
      cloud.asked.push(...access);
      const refused = access.find((a) => cloud.denied.has(a.action));
      if (refused)
        throw new AwsError(
          'AccessDenied',
          `not authorized to perform ${refused.action} on ${refused.resource}`,
        );
    },
    assume: (roleArn, _principal, session) => ({ kind: 'role', roleArn, session }),
    identify: () => undefined,
    credentials: () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' }),
    service<T extends Service>(name: string): T {
      const found = byName.get(name);
      if (!found) throw new Error(`the fake cloud has no service ${name}`);
      return found as T;
    },
    assetPath: (key) => key,
    trace: () => {},
    async create(type, properties, logicalId = 'Resource') {
      const resource = services.flatMap((s) => s.resources).find((r) => r.type === type)!;
      const placement: Placement = {
        stack: 'Stack',
        logicalId,
        path: `Stack/${logicalId}`,
        physicalName: (max = 64) => `Stack-${logicalId}`.slice(0, max),
      };
      return resource.create(resource.schema.parse(properties), placement, cloud);
    },
  };
  return cloud;
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
