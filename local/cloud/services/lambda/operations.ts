import {
  type Access,
  AwsError,
  type Cloud,
  NotSupportedLocally,
  type Operation,
  type Shape,
} from '../../types.ts';
import type { AsyncInvoker } from './async.ts';
import type { Concurrency } from './concurrency.ts';
import type { Fleet } from './fleet.ts';
import type { Invoker } from './invoker.ts';
import { notFound, parseFunctionName, qualifiedArn } from './names.ts';
import type { FunctionConfig } from './records.ts';
import { aliasShape, configurationShape, invokeConfigShape } from './shapes.ts';
import type { FunctionStore } from './store.ts';
import type { Streams } from './streams.ts';

/** What the operations work on; set up when the cloud starts. */
export interface Parts {
  readonly cloud: Cloud;
  readonly store: FunctionStore;
  readonly streams: Streams;
  readonly fleet: Fleet;
  readonly invoker: Invoker;
  readonly async: AsyncInvoker;
  readonly concurrency: Concurrency;
}

/** The last 4 KB of the log, as LogType Tail gives it. */
const TAIL_BYTES = 4096;

/** The API of Lambda, as far as it is implemented. */
export function operations(parts: () => Parts): Record<string, Operation> {
  /** Asks for one action on the function, qualified where the call is. */
  const on =
    (action: string, qualified = false) =>
    (input: Shape): readonly Access[] => {
      const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
      const { store } = parts();
      return [{ action: `lambda:${action}`, resource: store.arn(name, qualified ? qualifier : undefined) }];
    };
  const described = (fn: ReturnType<FunctionStore['get']>, input: Shape): Shape => {
    const { store } = parts();
    const { qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const alias = qualifier === undefined ? undefined : fn.aliases.get(qualifier);
    const version = store.version(fn, alias?.version ?? qualifier);
    return configurationShape(fn, version, qualifiedArn(fn.arn, qualifier));
  };

  return {
    Invoke: {
      access: (input) => on('InvokeFunction', true)(input),
      run: (input) => invoke(parts(), input),
    },
    GetFunction: {
      access: on('GetFunction', true),
      run: (input) => {
        const fn = parts().store.get(input.FunctionName);
        return {
          Configuration: described(fn, input),
          Code: { RepositoryType: 'S3', Location: `file://${fn.latest.config.codeRoot}` },
          Tags: fn.tags,
          ...(fn.reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: fn.reserved } }),
        };
      },
    },
    GetFunctionConfiguration: {
      access: on('GetFunctionConfiguration', true),
      run: (input) => described(parts().store.get(input.FunctionName), input),
    },
    UpdateFunctionConfiguration: {
      access: (input) => [
        ...on('UpdateFunctionConfiguration')(input),
        ...(input.Role === undefined ? [] : [{ action: 'iam:PassRole', resource: input.Role as string }]),
      ],
      run: (input) => {
        const { store, fleet } = parts();
        const fn = store.get(input.FunctionName);
        const before = fn.latest;
        const version = store.configure(fn, configChange(input), { revisionId: input.RevisionId });
        fleet.retire(`${fn.name}:$LATEST:${before.revisionId}`);
        return configurationShape(fn, version, fn.arn);
      },
    },
    PublishVersion: {
      access: on('PublishVersion'),
      run: (input) => {
        const { store } = parts();
        const fn = store.get(input.FunctionName);
        const version = store.publish(fn, {
          revisionId: input.RevisionId,
          codeSha256: input.CodeSha256,
          description: input.Description,
        });
        return configurationShape(fn, version, qualifiedArn(fn.arn, version.version));
      },
    },
    ListVersionsByFunction: {
      access: on('ListVersionsByFunction'),
      run: (input) => {
        const fn = parts().store.get(input.FunctionName);
        const all = [fn.latest, ...fn.versions.values()];
        return { Versions: all.map((v) => configurationShape(fn, v, qualifiedArn(fn.arn, v.version))) };
      },
    },
    ListFunctions: {
      access: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
      run: () => ({
        Functions: parts()
          .store.all()
          .map((fn) => configurationShape(fn, fn.latest, fn.arn)),
      }),
    },
    DeleteFunction: {
      access: on('DeleteFunction', true),
      run: (input) => {
        const { store } = parts();
        const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
        if (qualifier === undefined) throw new NotSupportedLocally('lambda DeleteFunction without Qualifier');
        store.deleteVersion(store.get(name), qualifier);
        return {};
      },
    },
    ...aliasOperations(parts, on),
    ...concurrencyOperations(parts, on),
    GetPolicy: {
      access: on('GetPolicy', true),
      run: (input) => {
        const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
        const fn = parts().store.get(name);
        const policy = fn.policies.get(qualifier ?? '');
        if (!policy) throw notFound(qualifiedArn(fn.arn, qualifier));
        return { Policy: JSON.stringify({ Id: 'default', ...policy }) };
      },
    },
    GetFunctionEventInvokeConfig: {
      access: on('GetFunctionEventInvokeConfig', true),
      run: (input) => {
        const { name, qualifier = '$LATEST' } = parseFunctionName(input.FunctionName, input.Qualifier);
        const fn = parts().store.get(name);
        const config = fn.invokeConfigs.get(qualifier);
        if (!config) throw notFound(qualifiedArn(fn.arn, qualifier));
        return invokeConfigShape(fn, qualifier, config);
      },
    },
  };
}

type On = (action: string, qualified?: boolean) => (input: Shape) => readonly Access[];

/** IAM authorises calls on aliases against the function's own ARN. */
function aliasOperations(parts: () => Parts, on: On): Record<string, Operation> {
  const change = (input: Shape) => ({
    version: input.FunctionVersion,
    description: input.Description,
    weights: input.RoutingConfig && (input.RoutingConfig.AdditionalVersionWeights ?? {}),
    revisionId: input.RevisionId,
  });
  const fnOf = (input: Shape) => parts().store.get(input.FunctionName);
  return {
    CreateAlias: {
      access: on('CreateAlias'),
      run: (input) =>
        aliasShape(fnOf(input), parts().store.createAlias(fnOf(input), input.Name, change(input))),
    },
    UpdateAlias: {
      access: on('UpdateAlias'),
      run: (input) =>
        aliasShape(fnOf(input), parts().store.updateAlias(fnOf(input), input.Name, change(input))),
    },
    GetAlias: {
      access: on('GetAlias'),
      run: (input) => aliasShape(fnOf(input), parts().store.alias(fnOf(input), input.Name)),
    },
    ListAliases: {
      access: on('ListAliases'),
      run: (input) => ({ Aliases: [...fnOf(input).aliases.values()].map((a) => aliasShape(fnOf(input), a)) }),
    },
  };
}

function concurrencyOperations(parts: () => Parts, on: On): Record<string, Operation> {
  const fnOf = (input: Shape) => parts().store.get(input.FunctionName);
  const shape = (reserved: number | undefined) =>
    reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
  return {
    PutFunctionConcurrency: {
      access: on('PutFunctionConcurrency'),
      run: (input) => {
        parts().concurrency.reserve(fnOf(input), input.ReservedConcurrentExecutions);
        return shape(input.ReservedConcurrentExecutions);
      },
    },
    GetFunctionConcurrency: {
      access: on('GetFunctionConcurrency'),
      run: (input) => shape(fnOf(input).reserved),
    },
    DeleteFunctionConcurrency: {
      access: on('DeleteFunctionConcurrency'),
      run: (input) => {
        fnOf(input).reserved = undefined;
        return {};
      },
    },
  };
}

async function invoke(parts: Parts, input: Shape): Promise<Shape> {
  const { store, streams, invoker } = parts;
  const { name } = parseFunctionName(input.FunctionName, input.Qualifier);
  const roll = () => streams.of(name, 'routing').next();
  const again = () => store.resolve(input.FunctionName, input.Qualifier, roll);
  const target = again();
  const payload = payloadOf(input.Payload);
  switch (input.InvocationType ?? 'RequestResponse') {
    case 'DryRun':
      return { StatusCode: 204 };
    case 'Event':
      parts.async.accept(target, payload, again);
      return { StatusCode: 202 };
    case 'RequestResponse': {
      const done = await invoker.invoke(target, payload, input.ClientContext);
      const tail = Buffer.from(done.lines.join('\n'));
      return {
        StatusCode: 200,
        ExecutedVersion: done.version,
        Payload: done.payload,
        ...(done.failed && { FunctionError: 'Unhandled' }),
        ...(input.LogType === 'Tail' && {
          LogResult: tail.subarray(Math.max(0, tail.length - TAIL_BYTES)).toString('base64'),
        }),
      };
    }
    default:
      throw new AwsError(
        'InvalidParameterValueException',
        `${input.InvocationType} is not an invocation type`,
      );
  }
}

/** In-process callers may give text or an object where HTTP gives bytes; nothing at all is an empty event. */
function payloadOf(payload: unknown): Buffer {
  if (payload === undefined || payload === null) return Buffer.from('{}');
  if (typeof payload === 'string') return Buffer.from(payload);
  if (payload instanceof Uint8Array)
    return payload.length === 0
      ? Buffer.from('{}')
      : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return Buffer.from(JSON.stringify(payload));
}

/** @throws NotSupportedLocally naming a field that is not implemented */
function configChange(input: Shape): Partial<FunctionConfig> {
  const { FunctionName: _, RevisionId: __, ...rest } = input;
  const change: { -readonly [K in keyof FunctionConfig]?: FunctionConfig[K] } = {};
  for (const [key, value] of Object.entries(rest as Record<string, Shape>)) {
    if (value === undefined) continue;
    if (key === 'Environment') change.environment = value.Variables ?? {};
    else if (key === 'Description') change.description = value;
    else if (key === 'Timeout') change.timeout = value;
    else if (key === 'MemorySize') change.memorySize = value;
    else if (key === 'Handler') change.handler = value;
    else if (key === 'Role') change.role = value;
    else throw new NotSupportedLocally(`lambda UpdateFunctionConfiguration ${key}`);
  }
  return change;
}
