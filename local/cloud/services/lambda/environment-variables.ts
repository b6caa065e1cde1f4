import type { Cloud, Credentials } from '../../types.ts';
import { invalid } from './names.ts';
import type { FunctionRecord, VersionRecord } from './records.ts';

/** Lambda's quota for all environment variables of a function together. */
const LIMIT_BYTES = 4096;
/** Names that Lambda sets itself and refuses. `AWS_LAMBDA_EXEC_WRAPPER` and `TZ` may be set. */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

/** @throws AwsError InvalidParameterValueException for a bad or reserved name, or more than 4 KB */
export function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(variables)) {
    if (RESERVED.has(name))
      throw invalid(
        `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      );
    if (!/^[a-zA-Z]\w+$/.test(name)) throw invalid(`${name} is not a name of an environment variable`);
  }
  const bytes = Object.entries(variables).reduce(
    (n, [k, v]) => n + Buffer.byteLength(k) + Buffer.byteLength(v),
    0,
  );
  if (bytes > LIMIT_BYTES)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit: ${bytes} bytes`,
    );
}

/** What matters of a version to its faults and to the code: its variables, and which version it is. */
export const variablesOf = (
  { name }: FunctionRecord,
  { version, config }: VersionRecord,
): Record<string, string> => ({
  ...config.environment,
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: version,
});

/** All variables of an execution environment, as the managed runtime sets them; nothing of this process leaks in. */
export function processEnvironment(
  fn: FunctionRecord,
  version: VersionRecord,
  where: {
    readonly cloud: Cloud;
    readonly credentials: Credentials;
    readonly logStream: string;
    readonly tmp: string;
  },
): Record<string, string> {
  const { cloud, credentials, logStream, tmp } = where;
  const { config } = version;
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...variablesOf(fn, version),
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: config.logging.group,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: config.logging.format,
    AWS_LAMBDA_LOG_LEVEL: config.logging.applicationLevel,
    LAMBDA_TASK_ROOT: config.codeRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TMPDIR: tmp,
    _HANDLER: config.handler,
  };
}
