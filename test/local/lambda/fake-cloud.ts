import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../local/cloud/clock.ts';
import type { LogsService, MetricSink } from '../../../local/cloud/services/internal.ts';
import {
  type Access,
  AwsError,
  type Caller,
  type Cloud,
  type Placement,
  type Service,
  type Shape,
} from '../../../local/cloud/types.ts';

export const START = Date.parse('2026-11-16T06:00:00Z');
export const ROLE = 'arn:aws:iam::111122223333:role/worker';

export interface Sample {
  readonly metric: string;
  readonly dimensions: string;
  readonly value: number;
}

/** A cloud that allows everything but what `deny` names, and remembers what was asked, logged and measured. */
export interface FakeCloud extends Cloud {
  readonly asked: { readonly caller: Caller; readonly access: Access }[];
  readonly logged: { readonly group: string; readonly stream: string; readonly line: string }[];
  readonly samples: Sample[];
  /** Calls of services that are not there, by `service:operation`. */
  readonly delivered: { readonly to: string; readonly caller: Caller; readonly input: Shape }[];
  readonly deny: Set<string>;
  readonly assets: Map<string, string>;
  add(service: Service): Promise<void>;
  create(type: string, logicalId: string, properties: Shape): Promise<{ ref: string; attributes: Shape }>;
  stop(): Promise<void>;
}

export function fakeCloud(): FakeCloud {
  const services = new Map<string, Service>();
  const dir = mkdtempSync(join(tmpdir(), 'coalmine-lambda-'));
  const asked: FakeCloud['asked'] = [];
  const logged: FakeCloud['logged'] = [];
  const samples: Sample[] = [];
  const delivered: FakeCloud['delivered'] = [];
  const deny = new Set<string>();
  const assets = new Map<string, string>();
  const clock = new VirtualClock(START);
  let ids = 0;
  const logs: Partial<LogsService> = {
    name: 'logs',
    ingest: (group, stream, lines) => {
      for (const line of lines) logged.push({ group, stream, line });
    },
  };
  const monitoring: Partial<MetricSink> = {
    name: 'monitoring',
    record: (namespace, name, dimensions, value) => {
      const text = Object.entries(dimensions).map(([k, v]) => `${k}=${v}`);
      samples.push({ metric: `${namespace} ${name}`, dimensions: text.join(','), value });
    },
  };
  services.set('logs', logs as Service);
  services.set('monitoring', monitoring as Service);

  const cloud: FakeCloud = {
    clock,
    random: {
      next: () => 0.5,
      uuid: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
      hex: (digits) => String(ids++).padStart(digits, '0'),
    },
    account: '111122223333',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    dir,
    asked,
    logged,
    samples,
    delivered,
    deny,
    assets,
    async call(caller, service, operation, input) {
      const found = services.get(service)?.operations?.[operation];
      if (!found) {
        delivered.push({ to: `${service}:${operation}`, caller, input });
        return {};
      }
      return clock.busy(`${service} ${operation}`, async () => {
        cloud.authorize(caller, found.access(input, cloud));
        return await found.run(input, { caller, cloud });
      });
    },
    authorize(caller, access) {
      for (const one of access) {
        asked.push({ caller, access: one });
        if (deny.has(one.action)) throw new AwsError('AccessDenied', `${one.action} on ${one.resource}`, 403);
      }
    },
    assume: (roleArn, principal, session) => {
      if (deny.has(`sts:AssumeRole ${principal}`))
        throw new AwsError('AccessDenied', `${principal} is not trusted`);
      return { kind: 'role', roleArn, session };
    },
    credentials: () => ({ accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret', sessionToken: 'token' }),
    identify: (accessKeyId) =>
      accessKeyId === 'AKIDLOCAL'
        ? {
            accessKeyId,
            secretAccessKey: 'secret',
            sessionToken: 'token',
            caller: { kind: 'role', roleArn: ROLE, session: 'test' },
          }
        : undefined,
    service: <T extends Service>(name: string): T => {
      const found = services.get(name);
      if (!found) throw new Error(`no service ${name}`);
      return found as T;
    },
    assetPath: (s3Key) => assets.get(s3Key) ?? s3Key,
    trace: () => {},
    async add(service) {
      services.set(service.name, service);
      await service.start?.(cloud);
    },
    async create(type, logicalId, properties) {
      for (const service of services.values()) {
        const found = service.resources?.find((r) => r.type === type);
        if (!found) continue;
        const placement: Placement = {
          stack: 'Test',
          logicalId,
          path: `Test/${logicalId}`,
          physicalName: () => `Test-${logicalId}`,
        };
        return await found.create(found.schema.parse(properties), placement, cloud);
      }
      throw new Error(`no resource type ${type}`);
    },
    async stop() {
      for (const service of services.values()) await service.stop?.();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return cloud;
}

/** Makes a function of inline code (ESM or CommonJS). */
export const functionOf = (cloud: FakeCloud, code: string, more: Shape = {}) =>
  cloud.create('AWS::Lambda::Function', more.LogicalId ?? 'Fn', {
    Code: { ZipFile: code },
    Role: ROLE,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    FunctionName: 'fn',
    ...more,
  });
