import { mkdirSync } from 'node:fs';
import { fillBootstrapBucket } from './assembly/bootstrap.ts';
import { checkTypes, type LoadedStack, loadStack, type Resource, type TypeTable } from './assembly/load.ts';
import { readAssembly, type Stack } from './assembly/read.ts';
import { VirtualClock } from './clock.ts';
import { Core } from './core.ts';
import type { Faults } from './faults.ts';
import { openGateway } from './gateway/server.ts';
import { createRandom } from './random.ts';
import type { CloudFormationService } from './services/cloudformation.ts';
import type { Cloud, Credentials, Service, ServiceFactory } from './types.ts';

export interface CloudOptions {
  /** Folder of the cloud assembly: `cdk.out`. */
  readonly assembly: string;
  readonly start: Date;
  readonly seed: number;
  /** Folder for objects, logs and working files; made if it is not there. */
  readonly dir: string;
  readonly services: readonly ServiceFactory[];
  /** @default printed on stderr if COALMINE_TRACE=1 */
  readonly trace?: (line: string) => void;
}

export interface RunningCloud {
  readonly cloud: Cloud;
  readonly endpoint: string;
  readonly stacks: readonly LoadedStack[];
  readonly faults: Faults;
  /** Access key of the account's administrator. */
  readonly root: Credentials;
  /** Defects of the simulator and calls of what it lacks, which callers saw as errors: an honest run has none. */
  readonly problems: readonly Error[];
  /** Outputs of a stack, by its name or its construct path. */
  outputs(stack: string): Readonly<Record<string, string>>;
  /** The one resource of a type whose construct path contains `pathFragment`. @throws Error listing those there are */
  find(type: string, pathFragment?: string): Resource;
  stop(): Promise<void>;
}

/** Used where the stacks leave account and region open; the account is AWS's own example. */
const DEFAULT_ACCOUNT = '123456789012';
const DEFAULT_REGION = 'us-east-1';

function traceToStderr(): (line: string) => void {
  return process.env['COALMINE_TRACE'] === '1' ? (line) => console.error(line) : () => {};
}

/** @throws Error if the stacks are for more than one account or region */
function only(what: 'account' | 'region', stacks: readonly Stack[], otherwise: string): string {
  const named = [...new Set(stacks.flatMap((s) => s[what] ?? []))];
  if (named.length > 1) throw new Error(`the stacks name ${named.length} ${what}s; the local cloud is one`);
  return named[0] ?? otherwise;
}

function typeTable(services: readonly Service[], views: ReadonlyMap<Service, Cloud>): TypeTable {
  const table = new Map<string, { type: Service['resources'][number]; cloud: Cloud }>();
  for (const service of services) {
    for (const type of service.resources) {
      if (table.has(type.type)) throw new Error(`two services create ${type.type}`);
      table.set(type.type, { type, cloud: views.get(service)! });
    }
  }
  return table;
}

function findResource(stacks: readonly LoadedStack[], type: string, fragment: string): Resource {
  const all = stacks.flatMap((s) => s.resources).filter((r) => r.type === type);
  const found = all.filter((r) => r.path.includes(fragment) || r.logicalId === fragment);
  if (found.length === 1) return found[0]!;
  const paths = (found.length > 0 ? found : all).map((r) => r.path || r.logicalId).join(', ');
  throw new Error(
    `${found.length} resources of type ${type} match '${fragment}': ${paths || 'there are none'}`,
  );
}

/**
 * Starts a local AWS that holds what was synthesised into a cloud assembly.
 * @throws Error that names stack, resource, type and property of what it does not implement
 */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const assembly = readAssembly(options.assembly);
  mkdirSync(options.dir, { recursive: true });
  const services = options.services.map((create) => create());
  const core = new Core({
    account: only('account', assembly.stacks, DEFAULT_ACCOUNT),
    region: only('region', assembly.stacks, DEFAULT_REGION),
    seed: options.seed,
    dir: options.dir,
    clock: new VirtualClock(options.start.getTime()),
    services,
    assets: new Map(assembly.assets.map((a) => [a.key, a.path])),
    trace: options.trace ?? traceToStderr(),
  });
  const ids = createRandom(options.seed, 'gateway');
  const views = new Map(services.map((s) => [s, core.viewOf(s.name)]));
  const gateway = await openGateway(
    () => core,
    {
      find: (name) => core.find(name),
      requestId: () => ids.uuid(),
      problem: (e) => core.problem(e),
    },
    services.flatMap((s) => s.mounts ?? []),
  );
  core.endpoint = gateway.endpoint;
  const stop = async (): Promise<void> => {
    for (const s of [...services].reverse()) await s.stop?.();
    await gateway.stop();
  };
  const stacks: LoadedStack[] = [];
  try {
    await core.clock.busy('load', async () => {
      for (const s of services) await s.start?.(views.get(s)!);
      const types = typeTable(services, views);
      checkTypes(assembly.stacks, types);
      await fillBootstrapBucket(assembly.assets, types, core);
      const exports = new Map<string, unknown>();
      const formation = core.find('cloudformation') as CloudFormationService | undefined;
      for (const stack of assembly.stacks) {
        const loaded = await loadStack(stack, { cloud: core, types, exports });
        stacks.push(loaded);
        formation?.add(loaded);
      }
      const arns = stacks.flatMap((s) => s.resources).map((r) => r.attributes['Arn']);
      core.validatePolicies(arns.filter((a) => typeof a === 'string'));
    });
  } catch (e) {
    await stop();
    throw e;
  }
  return {
    cloud: core,
    endpoint: gateway.endpoint,
    stacks,
    faults: core.faults,
    root: core.keys.root,
    problems: core.problems,
    outputs(name) {
      const stack = stacks.find((s) => s.name === name || s.displayName === name);
      if (!stack) throw new Error(`no stack '${name}'; there are ${stacks.map((s) => s.name).join(', ')}`);
      return stack.outputs;
    },
    find: (type, fragment = '') => findResource(stacks, type, fragment),
    stop,
  };
}
