import type { PolicyDocument } from '../../types.ts';

/** What a version seals: code and configuration. */
export interface FunctionConfig {
  readonly description: string;
  readonly role: string;
  readonly handler: string;
  readonly runtime: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly architecture: string;
  /** MB of /tmp; told, not enforced. */
  readonly ephemeralStorage: number;
  readonly tracing: string;
  readonly logging: LoggingConfig;
  /** ARN of a queue or topic. */
  readonly deadLetter: string | undefined;
  /** Folder of the code. */
  readonly codeRoot: string;
  /** base64, as Lambda gives it. */
  readonly codeSha256: string;
}

export interface LoggingConfig {
  readonly group: string;
  readonly format: 'Text' | 'JSON';
  readonly applicationLevel: string;
  /** DEBUG, INFO or WARN; the platform's own START, END and REPORT lines are INFO. */
  readonly systemLevel: string;
}

export interface VersionRecord {
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly config: FunctionConfig;
  readonly revisionId: string;
  /** ISO 8601 with +0000, as Lambda writes it. */
  readonly lastModified: string;
}

export interface AliasRecord {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** The second version and its share of the traffic, 0 to 1. */
  readonly additional: { readonly version: string; readonly weight: number } | undefined;
  readonly revisionId: string;
}

/** What becomes of asynchronous invocations. */
export interface InvokeConfig {
  /** 0 to 2. */
  readonly maximumRetryAttempts: number;
  /** Seconds, 60 to 21600. */
  readonly maximumEventAge: number;
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
}
/** Lambda's defaults for asynchronous invocations: two retries, six hours. */
export const DEFAULT_INVOKE_CONFIG: InvokeConfig = {
  maximumRetryAttempts: 2,
  maximumEventAge: 21_600,
  onSuccess: undefined,
  onFailure: undefined,
};

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  latest: VersionRecord;
  /** Published versions by number, oldest first. */
  readonly versions: Map<string, VersionRecord>;
  nextVersion: number;
  readonly aliases: Map<string, AliasRecord>;
  /** Reserved concurrency, or undefined for the account's unreserved pool. */
  reserved: number | undefined;
  /** Resource policies by qualifier; the empty qualifier is the function itself. */
  readonly policies: Map<string, PolicyDocument>;
  readonly invokeConfigs: Map<string, InvokeConfig>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A version and how it was asked for. */
export interface Target {
  readonly fn: FunctionRecord;
  readonly version: VersionRecord;
  /** `$LATEST`, a number, an alias, or undefined when the function itself was named. */
  readonly qualifier: string | undefined;
  readonly isAlias: boolean;
}
