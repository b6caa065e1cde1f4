import type { Cloud, Service } from '../../types.ts';
import { arnOf } from '../common.ts';
import { AsyncInvoker } from './async.ts';
import { Concurrency } from './concurrency.ts';
import { Faults, type LambdaFault } from './faults.ts';
import { Fleet, type FleetLimits } from './fleet.ts';
import { Invoker } from './invoker.ts';
import { parseFunctionName } from './names.ts';
import { operations, type Parts } from './operations.ts';
import { resourceTypes } from './resources.ts';
import { lambdaCodec } from './routes.ts';
import { FunctionStore } from './store.ts';
import { Streams } from './streams.ts';

export type { LambdaFault } from './faults.ts';

export interface LambdaService extends Service {
  /** Puts a fault in force; returns the way to end it. */
  inject(fault: LambdaFault): () => void;
  /** Execution environments that exist: processes of this machine. */
  readonly environments: number;
}

/**
 * Lambda: each execution environment is a Node process that runs the bundle behind the Runtime API.
 * @param limits how many processes this machine is to bear
 */
export function createLambda(limits?: FleetLimits): LambdaService {
  const faults = new Faults();
  let started: Parts | undefined;
  const parts = (): Parts => {
    if (!started) throw new Error('lambda: the cloud has not started');
    return started;
  };
  return {
    name: 'lambda',
    protocol: 'rest',
    operations: operations(parts),
    rest: lambdaCodec,
    resources: resourceTypes(parts),
    inject: (fault) => faults.inject(fault),
    get environments() {
      return started?.fleet.size ?? 0;
    },
    start(cloud) {
      started = assemble(cloud, faults, limits);
    },
    policyOf(arn) {
      if (!arn.includes(':function:')) return undefined;
      const { name, qualifier } = parseFunctionName(arn);
      return started?.store.find(name)?.policies.get(qualifier ?? '');
    },
    async stop() {
      await started?.fleet.stop();
    },
  };
}

function assemble(cloud: Cloud, faults: Faults, limits: FleetLimits | undefined): Parts {
  const streams = new Streams(Number.parseInt(cloud.random.hex(8), 16));
  const store = new FunctionStore(
    () => streams.of('', 'revisions').uuid(),
    () => cloud.clock.now(),
    (name) => arnOf(cloud, 'lambda', `function:${name}`),
  );
  const fleet = new Fleet(limits);
  const concurrency = new Concurrency(() => store.all());
  const invoker = new Invoker({ cloud, fleet, faults, concurrency, streams });
  return { cloud, store, streams, fleet, concurrency, invoker, async: new AsyncInvoker(cloud, invoker) };
}
