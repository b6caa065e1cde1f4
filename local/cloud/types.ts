import type { ZodType } from 'zod';
import type { VirtualClock } from './clock.ts';

/** Who makes a call, as IAM sees it. */
export type Caller =
  | {
      readonly kind: 'role';
      /** arn:aws:iam::<account>:role/<name> */
      readonly roleArn: string;
      readonly session: string;
    }
  /** An AWS service acting by itself, e.g. events.amazonaws.com; only resource policies can allow it. */
  | { readonly kind: 'service'; readonly principal: string; readonly sourceArn?: string }
  /** The account's administrator: the rehearsal itself, the loader. Allowed everything that is not denied. */
  | { readonly kind: 'root' };

/** One IAM question that an operation must have answered with yes. */
export interface Access {
  /** e.g. `s3:GetObject` */
  readonly action: string;
  /** ARN, or `*` for actions without resource level. */
  readonly resource: string;
  /** Condition keys beside the global ones, e.g. `{'kms:ViaService': 's3.us-east-1.amazonaws.com'}`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Record<string, string | string[]>;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[] | boolean>>;
}
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | PolicyStatement[];
}

/** An error as AWS answers it: `name` is the code that SDKs and state machines match on. */
export class AwsError extends Error {
  readonly statusCode: number;
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, statusCode = 400, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.statusCode = statusCode;
    this.fields = fields;
  }
}

/** Something that AWS has and this cloud has not: always loud, always with the name of what is missing. */
export class NotSupportedLocally extends AwsError {
  constructor(what: string) {
    super(
      'NotSupportedLocally',
      `${what} is not implemented by the local cloud (see docs/local-support.md)`,
      501,
    );
  }
}

// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs are AWS shapes, each operation knows its own
export type Shape = any;

export interface Operation {
  /** What the caller must be allowed. Absent only where AWS itself asks for nothing. */
  readonly access: (input: Shape, cloud: Cloud) => readonly Access[];
  readonly run: (
    input: Shape,
    call: { readonly caller: Caller; readonly cloud: Cloud },
  ) => Promise<Shape> | Shape;
}

/** How a REST service maps HTTP to operations. JSON, query and CBOR services need none. */
export interface HttpRequest {
  readonly method: string;
  /** Decoded path without query, e.g. `/2015-03-31/functions/f/invocations`. */
  readonly path: string;
  /** Path as sent, still encoded, without query. */
  readonly rawPath: string;
  /** Query as sent, without `?`; what a signature is computed over. */
  readonly rawQuery?: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | NodeJS.ReadableStream;
}
export interface RestCodec {
  /** @throws NotSupportedLocally for a route that is not implemented */
  decode(request: HttpRequest): { readonly operation: string; readonly input: Shape };
  encode(operation: string, output: Shape): HttpResponse;
  /** Error body in the service's own form. */
  encodeError(error: AwsError): HttpResponse;
}

/**
 * Plain HTTP that is no AWS API call: the stage URL of a REST API. Not authorised by the gateway: the handler does it.
 * Time stands still while it runs.
 */
export interface HttpMount {
  /** First path segment with slash, e.g. `/_api`. */
  readonly prefix: string;
  /** Also taken when the Host header matches, whatever the path. */
  readonly host?: RegExp;
  handle(request: HttpRequest, cloud: Cloud): Promise<HttpResponse> | HttpResponse;
}

/** One AWS service of the local cloud. */
export interface Service {
  /** SigV4 signing name, which the gateway routes by: s3, dynamodb, lambda, states, events, monitoring, logs, … */
  readonly name: string;
  readonly protocol: 'json' | 'query' | 'cbor' | 'rest';
  /** For json: prefix of `x-amz-target`; only its last part, the operation, is used. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly rest?: RestCodec;
  /** CloudFormation resource types that this service creates. */
  readonly resources: readonly ResourceType[];
  /**
   * Resource policy of a resource of this service, if it has one. Give the same object while the policy is unchanged:
   * decisions are cached by it.
   */
  policyOf?(arn: string): PolicyDocument | undefined;
  /** Condition keys that this service's operations put into `Access.context`, beside those of `iam/keys.ts`. */
  readonly conditionKeys?: readonly string[];
  readonly mounts?: readonly HttpMount[];
  /** Called once, before any resource is created. `cloud` is the service's own view of it, with its own randomness. */
  start?(cloud: Cloud): Promise<void> | void;
  /** Frees processes, sockets and files. */
  stop?(): Promise<void> | void;
}

/** Where a resource comes from, and the names to give it. */
export interface Placement {
  readonly stack: string;
  readonly logicalId: string;
  /** `aws:cdk:path` metadata: the construct path, for people and for scenarios. */
  readonly path: string;
  /** Name as CloudFormation would generate: `<stack>-<logicalId>-<suffix>`, cut to `max`, deterministic. */
  physicalName(max?: number): string;
}

export interface Created {
  /** Value of `Ref`. */
  readonly ref: string;
  /** Values of `Fn::GetAtt`, by attribute name (`Arn`, …). */
  readonly attributes: Readonly<Record<string, Shape>>;
}

export interface ResourceType {
  /** e.g. `AWS::S3::Bucket` */
  readonly type: string;
  /**
   * A STRICT zod schema (z.strictObject all the way down) of the properties that are implemented, or accepted without
   * behaviour. A property that it does not know is an error that names resource and property.
   */
  readonly schema: ZodType;
  /** Properties (dotted paths) that are accepted and do nothing here, each with why; for docs/local-support.md. */
  readonly inert?: Readonly<Record<string, string>>;
  create(properties: Shape, placement: Placement, cloud: Cloud): Promise<Created> | Created;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty for the account's administrator. */
  readonly sessionToken: string;
}

export type ServiceFactory = () => Service;

/** Seeded sources of everything that is random in AWS. */
export interface Randomness {
  /** Uniform in [0, 1). */
  next(): number;
  uuid(): string;
  /** Lower-case hex digits. */
  hex(digits: number): string;
}

/** The local AWS: one account, one region. */
export interface Cloud {
  readonly clock: VirtualClock;
  readonly random: Randomness;
  readonly account: string;
  readonly region: string;
  /** http://127.0.0.1:<port>, the value of AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** Folder for objects, logs and working files of this cloud. */
  readonly dir: string;
  /** An authorised, in-process API call, exactly as if it had come over HTTP. `service` is the signing name. */
  call(caller: Caller, service: string, operation: string, input: Shape): Promise<Shape>;
  /** Only the IAM decision. @throws AwsError AccessDenied naming caller, action and resource */
  authorize(caller: Caller, access: readonly Access[]): void;
  /**
   * A service takes on a role, as Lambda, Step Functions or a schedule does: the trust policy is checked.
   * @param principal e.g. `lambda.amazonaws.com`
   * @param sourceArn the resource on whose behalf, for `aws:SourceArn` in the trust policy
   * @throws AwsError AccessDenied if the role does not exist or does not trust the principal
   */
  assume(roleArn: string, principal: string, session: string, sourceArn?: string): Caller;
  /** Temporary credentials of a role, for a process. No trust check: {@link assume} comes first. */
  credentials(roleArn: string, session: string): Credentials;
  /** Who holds an access key, with its secret, to verify a signature; undefined for an unknown key. */
  identify(accessKeyId: string): (Credentials & { readonly caller: Caller }) | undefined;
  /** A service's own object, for the few places where AWS services know each other without an API. */
  service<T extends Service>(name: string): T;
  /** Local path of a CDK asset by the hash in the template's S3Key (a folder, or a file for file assets). */
  assetPath(s3Key: string): string;
  /** One line of what happens inside, for debugging and for tests (`COALMINE_TRACE=1` prints it). */
  trace(service: string, message: string): void;
}
