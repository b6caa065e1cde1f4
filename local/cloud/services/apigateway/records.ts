/** A method of an API as its deployment froze it. */
export interface ApiMethod {
  readonly httpMethod: string;
  readonly resourceId: string;
  /** e.g. `/models/{model}/predictions` */
  readonly resourcePath: string;
  readonly authorization: 'NONE' | 'AWS_IAM';
  readonly apiKeyRequired: boolean;
  /** Required or known request parameters, e.g. `method.request.path.model: true`. */
  readonly parameters: Readonly<Record<string, boolean>>;
  /** JSON schema by content type. */
  readonly schemas: Readonly<Record<string, object>>;
  readonly validateBody: boolean;
  readonly validateParameters: boolean;
  readonly integration: Integration;
}

export interface Integration {
  /** ARN of the function, alias or version. */
  readonly functionArn: string;
  readonly timeoutMs: number;
}

export interface CustomResponse {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
}

/** What a deployment froze; stages serve it. */
export interface Deployment {
  readonly id: string;
  readonly methods: readonly ApiMethod[];
  /** Customised gateway responses by type. */
  readonly responses: ReadonlyMap<string, CustomResponse>;
}

export interface ThrottleLimits {
  /** Requests a second. */
  readonly rate: number;
  readonly burst: number;
}

/** Settings of a stage for a method, or for all (`/*`, `*`). */
export interface MethodSetting {
  readonly resourcePath: string;
  readonly httpMethod: string;
  readonly throttle: ThrottleLimits | undefined;
  readonly metrics: boolean;
}

export interface Stage {
  readonly name: string;
  readonly deployment: Deployment;
  readonly settings: readonly MethodSetting[];
  readonly accessLog:
    | { readonly group: string; readonly format: string; readonly stream: string }
    | undefined;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

export interface Api {
  readonly id: string;
  readonly name: string;
  readonly rootId: string;
  readonly binaryMediaTypes: readonly string[];
  /** Paths by resource id. */
  readonly resources: Map<string, string>;
  readonly methods: ApiMethod[];
  readonly models: Map<string, object>;
  readonly validators: Map<string, { readonly body: boolean; readonly parameters: boolean }>;
  readonly responses: Map<string, CustomResponse>;
  readonly deployments: Map<string, Deployment>;
  readonly stages: Map<string, Stage>;
}

export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly enabled: boolean;
}

export interface UsagePlan {
  readonly id: string;
  /** Limits by `/path/METHOD`, by `<api id>/<stage>`. */
  readonly stages: ReadonlyMap<string, ReadonlyMap<string, ThrottleLimits>>;
  readonly throttle: ThrottleLimits | undefined;
  readonly quota: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' } | undefined;
  readonly keys: Set<string>;
}
