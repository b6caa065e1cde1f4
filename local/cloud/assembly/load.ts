import type { Cloud, Created, ResourceType } from '../types.ts';
import { evaluate, resolve, type Scope } from './intrinsics.ts';
import { placement } from './names.ts';
import { creationOrder } from './order.ts';
import { parameterValues } from './parameters.ts';
import { problemsOf } from './problems.ts';
import type { Stack } from './read.ts';

/** A resource that exists. */
export interface Resource extends Created {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Construct path, e.g. `Storage/Raw/Resource`. */
  readonly path: string;
}
export interface LoadedStack {
  readonly name: string;
  readonly displayName: string;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** Where the loader finds how a type is created, and its own view of the cloud for it. */
export type TypeTable = ReadonlyMap<string, { readonly type: ResourceType; readonly cloud: Cloud }>;

const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** @throws Error that names every resource type of the stacks that nobody implements */
export function checkTypes(stacks: readonly Stack[], types: TypeTable): void {
  const missing = new Map<string, string>();
  for (const stack of stacks) {
    for (const [id, r] of Object.entries(stack.template.Resources)) {
      if (!types.has(r.Type) && !missing.has(r.Type)) missing.set(r.Type, `${stack.name}/${id}`);
    }
  }
  if (missing.size === 0) return;
  const named = [...missing].map(
    ([type, where]) => `${type} (${where})${isCustom(type) ? ', a custom resource' : ''}`,
  );
  throw new Error(`resource types that the local cloud does not implement: ${named.join('; ')}`);
}

interface Context {
  readonly cloud: Cloud;
  readonly types: TypeTable;
  /** Exports of the stacks loaded so far. */
  readonly exports: Map<string, unknown>;
}

function scopeOf(stack: Stack, created: ReadonlyMap<string, Created>, { cloud, exports }: Context): Scope {
  const conditions = new Map<string, boolean>();
  const scope: Scope = {
    region: cloud.region,
    parameters: {
      'AWS::AccountId': cloud.account,
      'AWS::Region': cloud.region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack.name,
      'AWS::StackId': `arn:aws:cloudformation:${cloud.region}:${cloud.account}:stack/${stack.name}/local`,
      'AWS::NotificationARNs': [],
      ...parameterValues(stack.template.Parameters, stack.parameters),
    },
    mappings: stack.template.Mappings,
    condition(name) {
      const known = conditions.get(name);
      if (known !== undefined) return known;
      if (!Object.hasOwn(stack.template.Conditions, name)) throw new Error(`no condition is named '${name}'`);
      const value = evaluate(stack.template.Conditions[name], scope);
      conditions.set(name, value);
      return value;
    },
    resource: (id) => created.get(id),
    importValue(name) {
      if (!exports.has(name)) throw new Error(`Fn::ImportValue: no loaded stack exports '${name}'`);
      return exports.get(name);
    },
  };
  return scope;
}

async function create(
  stack: Stack,
  logicalId: string,
  scope: Scope,
  { types }: Context,
): Promise<Resource | undefined> {
  const resource = stack.template.Resources[logicalId]!;
  const label = `${stack.name}/${logicalId} (${resource.Type})`;
  try {
    if (resource.Condition !== undefined && !scope.condition(resource.Condition)) return undefined;
    const { type, cloud } = types.get(resource.Type)!;
    const parsed = type.schema.safeParse(resolve(resource.Properties ?? {}, scope));
    if (!parsed.success) throw new Error(problemsOf(parsed.error).join('; '));
    const path = stack.paths.get(logicalId) ?? '';
    const made = await type.create(parsed.data, placement(stack.name, logicalId, path), cloud);
    return { stack: stack.name, logicalId, type: resource.Type, path, ...made };
  } catch (e) {
    throw new Error(`${label}: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
  }
}

function outputsOf(stack: Stack, scope: Scope, exports: Map<string, unknown>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, output] of Object.entries(stack.template.Outputs)) {
    try {
      if (output.Condition !== undefined && !scope.condition(output.Condition)) continue;
      const value = resolve(output.Value, scope);
      out[name] = String(value);
      if (output.Export) exports.set(String(resolve(output.Export.Name, scope)), value);
    } catch (e) {
      throw new Error(`${stack.name}, output ${name}: ${e instanceof Error ? e.message : e}`, { cause: e });
    }
  }
  return out;
}

/**
 * Creates the resources of a stack, each after those it needs.
 * @throws Error that names stack, logical id, type and property of what could not be created
 */
export async function loadStack(stack: Stack, context: Context): Promise<LoadedStack> {
  const created = new Map<string, Resource>();
  const scope = scopeOf(stack, created, context);
  let order: string[];
  try {
    order = creationOrder(stack.template.Resources);
  } catch (e) {
    throw new Error(`${stack.name}: ${e instanceof Error ? e.message : e}`, { cause: e });
  }
  for (const id of order) {
    const made = await create(stack, id, scope, context);
    if (made) created.set(id, made);
  }
  return {
    name: stack.name,
    displayName: stack.displayName,
    resources: [...created.values()],
    outputs: outputsOf(stack, scope, context.exports),
  };
}
