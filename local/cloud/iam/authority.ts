import { type Access, AwsError, type Caller, type PolicyDocument } from '../types.ts';
import { type Decision, decide } from './decide.ts';
import type { Directory } from './directory.ts';
import { type CompileOptions, compilePolicy, type Statement } from './statement.ts';
import { contextKey, keyValues } from './values.ts';

interface Cached {
  readonly policy: PolicyDocument | undefined;
  readonly decision: Decision;
}
interface CompiledRole {
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
}
/** Above it the cache starts anew: object keys make resources without end. */
const CACHE_LIMIT = 100_000;

const callerId = (c: Caller): string =>
  c.kind === 'role' ? c.roleArn : c.kind === 'service' ? `${c.principal}|${c.sourceArn ?? ''}` : 'root';

/** A caller as error messages of AWS name it. */
export function callerName(caller: Caller, account: string): string {
  if (caller.kind === 'root') return `arn:aws:iam::${account}:root`;
  if (caller.kind === 'service') {
    return caller.sourceArn ? `${caller.principal} on behalf of ${caller.sourceArn}` : caller.principal;
  }
  const name = caller.roleArn.slice(caller.roleArn.lastIndexOf('/') + 1);
  return `arn:aws:sts::${account}:assumed-role/${name}/${caller.session}`;
}

/** Answers IAM questions from the directory's roles and the resources' own policies. */
export class Authority {
  readonly #directory: Directory;
  readonly #policyOf: (arn: string) => PolicyDocument | undefined;
  readonly #options: CompileOptions;
  #revision = -1;
  #roles = new Map<string, CompiledRole>();
  #decisions = new Map<string, Cached>();
  readonly #documents = new WeakMap<PolicyDocument, readonly Statement[]>();

  constructor(
    directory: Directory,
    policyOf: (arn: string) => PolicyDocument | undefined,
    options: CompileOptions,
  ) {
    this.#directory = directory;
    this.#policyOf = policyOf;
    this.#options = options;
  }

  /** @throws AwsError AccessDenied that names caller, action, resource and what decided it */
  authorize(caller: Caller, accesses: readonly Access[]): void {
    for (const access of accesses) {
      const decision = this.#decision(caller, access);
      if (!decision.allowed) {
        const who = callerName(caller, this.#options.account);
        throw new AwsError(
          'AccessDenied',
          `${who} is not authorized to perform ${access.action} on ${access.resource}: ${decision.because}`,
          403,
        );
      }
    }
  }

  /** @throws AwsError AccessDenied if the role is unknown or does not trust the service */
  checkTrust(roleArn: string, principal: string, sourceArn?: string): void {
    const caller: Caller = { kind: 'service', principal, ...(sourceArn && { sourceArn }) };
    const role = this.#role(roleArn);
    const access: Access = { action: 'sts:AssumeRole', resource: roleArn };
    const values = keyValues(caller, access, this.#options);
    const decision: Decision = role
      ? decide({ caller, access, identity: [], resource: role.trust, values })
      : { allowed: false, because: 'the role does not exist' };
    if (!decision.allowed) {
      const why = role ? `its trust policy does not allow ${principal}` : decision.because;
      throw new AwsError('AccessDenied', `${principal} cannot assume ${roleArn}: ${why}`, 403);
    }
  }

  /** Compiles everything now, so that what is not understood is an error at load and not at the first call. */
  validate(resources: readonly string[]): void {
    for (const role of this.#directory.roles()) this.#role(role.arn);
    for (const arn of resources) {
      const policy = this.#policyOf(arn);
      if (policy) this.#compile(policy, `policy of ${arn}`);
    }
  }

  #decision(caller: Caller, access: Access): Decision {
    if (this.#revision !== this.#directory.revision || this.#decisions.size > CACHE_LIMIT) this.#reset();
    const policy = this.#policyOf(access.resource);
    const id = `${callerId(caller)}\n${access.action}\n${access.resource}\n${contextKey(access)}`;
    const cached = this.#decisions.get(id);
    if (cached && cached.policy === policy) return cached.decision;
    const decision = decide({
      caller,
      access,
      identity: caller.kind === 'role' ? (this.#role(caller.roleArn)?.statements ?? []) : [],
      resource: policy && this.#compile(policy, `policy of ${access.resource}`),
      values: keyValues(caller, access, this.#options),
    });
    this.#decisions.set(id, { policy, decision });
    return decision;
  }

  #reset(): void {
    if (this.#revision !== this.#directory.revision) this.#roles = new Map();
    this.#revision = this.#directory.revision;
    this.#decisions = new Map();
  }

  #role(arn: string): CompiledRole | undefined {
    if (this.#revision !== this.#directory.revision) this.#reset();
    const found = this.#roles.get(arn);
    if (found) return found;
    const role = this.#directory.role(arn);
    if (!role) return undefined;
    const compiled: CompiledRole = {
      trust: this.#compile(role.trust, `trust policy of role '${role.name}'`),
      statements: role.policies.flatMap((p) =>
        this.#compile(p.document, `policy '${p.name}' of role '${role.name}'`),
      ),
    };
    this.#roles.set(arn, compiled);
    return compiled;
  }

  #compile(document: PolicyDocument, what: string): readonly Statement[] {
    let statements = this.#documents.get(document);
    if (!statements) {
      try {
        statements = compilePolicy(document, this.#options);
      } catch (e) {
        throw new Error(`${what}: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
      }
      this.#documents.set(document, statements);
    }
    return statements;
  }
}
