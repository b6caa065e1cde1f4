import { z } from 'zod';
import { AwsError, type Cloud, NotSupportedLocally, type Placement, type ResourceType } from '../../types.ts';
import { arnOf, bool, parseArn, tags } from '../common.ts';
import type { S3Service } from '../internal.ts';
import { type Branch, type Machine, parseDefinition } from './definition.ts';
import { integrationOf } from './integrations/index.ts';

/** A state machine of this cloud. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  /** Construct path, for people. */
  readonly path: string;
  readonly roleArn: string;
  readonly definition: Machine;
  readonly source: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly logging:
    | { readonly level: 'ALL' | 'ERROR' | 'FATAL'; readonly group: string; readonly data: boolean }
    | undefined;
}

const substitutions = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .transform((r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, String(v)])));

const schema = z.strictObject({
  StateMachineName: z.string().max(80).optional(),
  StateMachineType: z.string().default('STANDARD'),
  RoleArn: z.string(),
  DefinitionString: z.string().optional(),
  Definition: z.looseObject({}).optional(),
  DefinitionS3Location: z
    .strictObject({ Bucket: z.string(), Key: z.string(), Version: z.string().optional() })
    .optional(),
  DefinitionSubstitutions: substitutions.optional(),
  LoggingConfiguration: z
    .strictObject({
      Level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).default('OFF'),
      IncludeExecutionData: bool.default(false),
      Destinations: z
        .array(z.strictObject({ CloudWatchLogsLogGroup: z.strictObject({ LogGroupArn: z.string() }) }))
        .optional(),
    })
    .optional(),
  TracingConfiguration: z.strictObject({ Enabled: bool }).optional(),
  EncryptionConfiguration: z
    .strictObject({
      Type: z.enum(['AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY']),
      KmsKeyId: z.string().optional(),
      KmsDataKeyReusePeriodSeconds: z.number().optional(),
    })
    .optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof schema>;

function sourceOf(properties: Properties, cloud: Cloud): string {
  const location = properties.DefinitionS3Location;
  const source =
    properties.DefinitionString ??
    (properties.Definition
      ? JSON.stringify(properties.Definition)
      : location
        ? cloud.service<S3Service>('s3').getBytes(location.Bucket, location.Key, location.Version).toString()
        : undefined);
  if (source === undefined)
    throw new AwsError(
      'InvalidDefinition',
      'one of DefinitionString, Definition, DefinitionS3Location is needed',
    );
  return substitute(source, properties.DefinitionSubstitutions ?? {});
}

/**
 * Replaces `${Name}` as CloudFormation does, before the definition is read as JSON.
 * @throws AwsError InvalidDefinition naming the substitutions that are missing
 */
export function substitute(source: string, values: Readonly<Record<string, string>>): string {
  const missing = new Set<string>();
  const out = source.replace(/\$\{([A-Za-z0-9_-]+)\}/g, (token, name: string) => {
    const value = values[name];
    if (value === undefined) missing.add(name);
    // The definition is JSON text: what stands inside a JSON string must be escaped as one.
    return value === undefined ? token : JSON.stringify(value).slice(1, -1);
  });
  if (missing.size > 0)
    throw new AwsError(
      'InvalidDefinition',
      `no substitution for ${[...missing].map((n) => `\${${n}}`).join(', ')}`,
    );
  return out;
}

/** @throws NotSupportedLocally for a resource that has no integration here, at load and not at 3 a.m. */
function checkResources(branch: Branch): void {
  for (const state of Object.values(branch.States)) {
    if (state.Type === 'Task') integrationOf(state.Resource);
    if (state.Type === 'Parallel') state.Branches.forEach(checkResources);
    if (state.Type === 'Map') checkResources(state.ItemProcessor);
  }
}

function loggingOf(properties: Properties): StateMachine['logging'] {
  const configuration = properties.LoggingConfiguration;
  const arn = configuration?.Destinations?.[0]?.CloudWatchLogsLogGroup.LogGroupArn;
  if (!configuration || configuration.Level === 'OFF' || !arn) return undefined;
  const group = parseArn(arn)
    .resource.replace(/^log-group:/, '')
    .replace(/:\*$/, '');
  return { level: configuration.Level, group, data: configuration.IncludeExecutionData };
}

/** @throws AwsError InvalidDefinition; NotSupportedLocally for EXPRESS, JSONPath and unknown resources */
export function createMachine(properties: Properties, placement: Placement, cloud: Cloud): StateMachine {
  if (properties.StateMachineType !== 'STANDARD')
    throw new NotSupportedLocally(`Step Functions StateMachineType ${properties.StateMachineType}`);
  const name = properties.StateMachineName ?? placement.physicalName(80);
  const source = sourceOf(properties, cloud);
  const definition = parseDefinition(source);
  checkResources(definition);
  const arn = arnOf(cloud, 'states', `stateMachine:${name}`);
  // As on AWS, a role that does not trust Step Functions is refused when the machine is made.
  cloud.assume(properties.RoleArn, 'states.amazonaws.com', name.slice(0, 64), arn);
  return {
    arn,
    name,
    path: placement.path,
    roleArn: properties.RoleArn,
    definition,
    source,
    createdAt: cloud.clock.now(),
    logging: loggingOf(properties),
  };
}

/** `AWS::StepFunctions::StateMachine`. */
export const machineResource = (machines: Map<string, StateMachine>): ResourceType => ({
  type: 'AWS::StepFunctions::StateMachine',
  schema,
  inert: {
    TracingConfiguration: 'there is no X-Ray here',
    EncryptionConfiguration: 'histories live in memory',
    Tags: 'nothing reads them',
  },
  create(properties: Properties, placement, cloud) {
    const machine = createMachine(properties, placement, cloud);
    machines.set(machine.arn, machine);
    return {
      ref: machine.arn,
      attributes: { Arn: machine.arn, Name: machine.name, StateMachineRevisionId: 'INITIAL' },
    };
  },
});
