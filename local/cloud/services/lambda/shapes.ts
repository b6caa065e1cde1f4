import type { Shape } from '../../types.ts';
import { qualifiedArn } from './names.ts';
import type { AliasRecord, FunctionRecord, InvokeConfig, VersionRecord } from './records.ts';

/** A function or version as GetFunctionConfiguration gives it. Changes are done at once here: always `Successful`. */
export function configurationShape(fn: FunctionRecord, version: VersionRecord, arn: string): Shape {
  const { config } = version;
  return {
    FunctionName: fn.name,
    FunctionArn: arn,
    Version: version.version,
    RevisionId: version.revisionId,
    LastModified: version.lastModified,
    Description: config.description,
    Role: config.role,
    Handler: config.handler,
    Runtime: config.runtime,
    PackageType: 'Zip',
    Timeout: config.timeout,
    MemorySize: config.memorySize,
    Environment: { Variables: config.environment },
    Architectures: [config.architecture],
    EphemeralStorage: { Size: config.ephemeralStorage },
    TracingConfig: { Mode: config.tracing },
    LoggingConfig: {
      LogGroup: config.logging.group,
      LogFormat: config.logging.format,
      ...(config.logging.format === 'JSON' && {
        ApplicationLogLevel: config.logging.applicationLevel,
        SystemLogLevel: config.logging.systemLevel,
      }),
    },
    ...(config.deadLetter && { DeadLetterConfig: { TargetArn: config.deadLetter } }),
    CodeSha256: config.codeSha256,
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

export function aliasShape(fn: FunctionRecord, alias: AliasRecord): Shape {
  const { additional } = alias;
  return {
    AliasArn: qualifiedArn(fn.arn, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(additional && {
      RoutingConfig: { AdditionalVersionWeights: { [additional.version]: additional.weight } },
    }),
    RevisionId: alias.revisionId,
  };
}

export function invokeConfigShape(fn: FunctionRecord, qualifier: string, config: InvokeConfig): Shape {
  return {
    FunctionArn: qualifiedArn(fn.arn, qualifier),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAge,
    DestinationConfig: {
      OnSuccess: { Destination: config.onSuccess },
      OnFailure: { Destination: config.onFailure },
    },
  };
}
