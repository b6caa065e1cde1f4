import type { VirtualClock } from './clock.ts';
import { KeyRing } from './credentials.ts';
import { Faults } from './faults.ts';
import { Authority } from './iam/authority.ts';
import { knownKeys } from './iam/keys.ts';
import { createRandom } from './random.ts';
import type { IamService } from './services/iam.ts';
import {
  type Access,
  AwsError,
  type Caller,
  type Cloud,
  type Credentials,
  NotSupportedLocally,
  type PolicyDocument,
  type Randomness,
  type Service,
  type Shape,
} from './types.ts';

export interface CoreOptions {
  readonly account: string;
  readonly region: string;
  readonly seed: number;
  readonly dir: string;
  readonly clock: VirtualClock;
  readonly services: readonly Service[];
  /** Local path of an asset by its key. */
  readonly assets: ReadonlyMap<string, string>;
  readonly trace: (line: string) => void;
}

/** ARN services whose signing name differs. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  cloudwatch: 'monitoring',
  'execute-api': 'apigateway',
};

/** The account: it knows the services, decides who may call them, and calls them. */
export class Core implements Cloud {
  readonly clock: VirtualClock;
  readonly random: Randomness;
  readonly account: string;
  readonly region: string;
  readonly dir: string;
  readonly faults = new Faults();
  readonly keys: KeyRing;
  /** Defects of the simulator and calls of what it lacks, whoever called. */
  readonly problems: Error[] = [];
  /** Known once the gateway listens. */
  endpoint = '';
  readonly #services = new Map<string, Service>();
  readonly #views = new Map<string, Cloud>();
  readonly #authority: Authority;
  readonly #options: CoreOptions;

  /** @throws Error for two services of one name, or none that keeps the roles */
  constructor(options: CoreOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.account = options.account;
    this.region = options.region;
    this.dir = options.dir;
    this.random = createRandom(options.seed, 'cloud');
    this.keys = new KeyRing(options.seed);
    for (const s of options.services) {
      if (this.#services.has(s.name)) throw new Error(`two services are named '${s.name}'`);
      this.#services.set(s.name, s);
    }
    const { directory } = this.service<IamService>('iam');
    const knownKey = knownKeys(options.services.flatMap((s) => s.conditionKeys ?? []));
    const { account, region } = options;
    this.#authority = new Authority(directory, (arn) => this.#policyOf(arn), { account, region, knownKey });
  }

  /** The cloud as one service sees it: chance of its own, so that services do not disturb each other's. */
  viewOf(service: string): Cloud {
    const view = this.#views.get(service) ?? this.#makeView(service);
    this.#views.set(service, view);
    return view;
  }

  #makeView(service: string): Cloud {
    const core = this;
    return {
      clock: this.clock,
      random: createRandom(this.#options.seed, service),
      account: this.account,
      region: this.region,
      dir: this.dir,
      get endpoint() {
        return core.endpoint;
      },
      call: (caller, name, operation, input) => core.call(caller, name, operation, input),
      authorize: (caller, access) => core.authorize(caller, access),
      assume: (roleArn, principal, session, sourceArn) => core.assume(roleArn, principal, session, sourceArn),
      credentials: (roleArn, session) => core.credentials(roleArn, session),
      identify: (accessKeyId) => core.identify(accessKeyId),
      service: (name) => core.service(name),
      assetPath: (s3Key) => core.assetPath(s3Key),
      trace: (name, message) => core.trace(name, message),
    };
  }

  find(name: string): Service | undefined {
    return this.#services.get(name);
  }

  service<T extends Service>(name: string): T {
    const found = this.#services.get(name);
    if (!found) throw new NotSupportedLocally(`service '${name}'`);
    return found as T;
  }

  async call(caller: Caller, service: string, operation: string, input: Shape): Promise<Shape> {
    try {
      return await this.clock.busy(`${service}:${operation}`, () =>
        this.#run(caller, service, operation, input),
      );
    } catch (e) {
      if (!(e instanceof AwsError) || e instanceof NotSupportedLocally) this.problem(e);
      throw e;
    }
  }

  async #run(caller: Caller, serviceName: string, operationName: string, input: Shape): Promise<Shape> {
    const service = this.service(serviceName);
    const operation = Object.hasOwn(service.operations, operationName)
      ? service.operations[operationName]
      : undefined;
    if (!operation) throw new NotSupportedLocally(`${serviceName}:${operationName}`);
    const view = this.viewOf(serviceName);
    let lost: AwsError | undefined;
    try {
      lost = this.faults.check({ service: serviceName, operation: operationName, caller, input });
      this.authorize(caller, operation.access(input, view));
    } catch (e) {
      throw denial(e, service);
    }
    const answer = await operation.run(input, { caller, cloud: view });
    if (lost) throw lost;
    return answer;
  }

  /** Keeps an error that is the local cloud's own, however its caller takes it. */
  problem(error: unknown): void {
    const problem = error instanceof Error ? error : new Error(String(error));
    if (this.problems.includes(problem)) return;
    this.problems.push(problem);
    this.trace('problem', problem.stack ?? problem.message);
  }

  authorize(caller: Caller, access: readonly Access[]): void {
    try {
      this.#authority.authorize(caller, access);
    } catch (e) {
      if (e instanceof AwsError) this.trace('iam', e.message);
      throw e;
    }
  }

  assume(roleArn: string, principal: string, session: string, sourceArn?: string): Caller {
    this.#authority.checkTrust(roleArn, principal, sourceArn);
    return { kind: 'role', roleArn, session };
  }

  /** Compiles all policies. @throws Error naming the policy and what in it is not understood */
  validatePolicies(resourceArns: readonly string[]): void {
    this.#authority.validate(resourceArns);
  }

  credentials(roleArn: string, session: string): Credentials {
    return this.keys.of(roleArn, session);
  }

  identify(accessKeyId: string): (Credentials & { readonly caller: Caller }) | undefined {
    return this.keys.identify(accessKeyId);
  }

  assetPath(s3Key: string): string {
    const path = this.#options.assets.get(s3Key);
    if (path === undefined) throw new Error(`the cloud assembly has no asset '${s3Key}'`);
    return path;
  }

  trace(service: string, message: string): void {
    this.#options.trace(`${this.clock.iso()} ${service}: ${message}`);
  }

  #policyOf(arn: string): PolicyDocument | undefined {
    const name = arn.split(':', 3)[2];
    if (name === undefined) return undefined;
    return this.#services.get(SIGNING_NAMES[name] ?? name)?.policyOf?.(arn);
  }
}

/** Services that speak JSON call the error AccessDeniedException, with status 400; S3 and query services AccessDenied. */
function denial(error: unknown, service: Service): unknown {
  if (!(error instanceof AwsError) || error.name !== 'AccessDenied') return error;
  if (service.name === 's3' || service.protocol === 'query') return error;
  const status = service.protocol === 'rest' ? 403 : 400;
  return new AwsError('AccessDeniedException', error.message, status, error.fields);
}
