import { isDeepStrictEqual } from 'node:util';
import { checkEnvironment } from './environment-variables.ts';
import { conflict, invalid, notFound, parseFunctionName, preconditionFailed, qualifiedArn } from './names.ts';
import type { AliasRecord, FunctionConfig, FunctionRecord, Target, VersionRecord } from './records.ts';

export interface Alteration {
  /** The call is refused if the function's revision is another. */
  readonly revisionId?: string | undefined;
}
export interface AliasChange extends Alteration {
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** Weight by version; empty removes it. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
}

/** The functions of the account: their versions and aliases, and the rules by which these change. */
export class FunctionStore {
  readonly #functions = new Map<string, FunctionRecord>();
  readonly #revision: () => string;
  readonly #now: () => number;
  readonly #arn: (name: string) => string;

  constructor(revision: () => string, now: () => number, arn: (name: string) => string) {
    this.#revision = revision;
    this.#now = now;
    this.#arn = arn;
  }

  all(): FunctionRecord[] {
    return [...this.#functions.values()];
  }

  find(name: string): FunctionRecord | undefined {
    return this.#functions.get(name);
  }

  arn(name: string, qualifier?: string): string {
    return qualifiedArn(this.#arn(name), qualifier);
  }

  /** @throws AwsError ResourceConflictException if the name is taken */
  create(name: string, config: FunctionConfig, tags: Readonly<Record<string, string>> = {}): FunctionRecord {
    if (this.#functions.has(name)) throw conflict(`Function already exist: ${name}`);
    checkEnvironment(config.environment);
    const record: FunctionRecord = {
      name,
      arn: this.#arn(name),
      latest: this.#version('$LATEST', config),
      versions: new Map(),
      nextVersion: 1,
      aliases: new Map(),
      reserved: undefined,
      policies: new Map(),
      invokeConfigs: new Map(),
      tags,
    };
    this.#functions.set(name, record);
    return record;
  }

  /** @throws AwsError ResourceNotFoundException */
  get(name: string): FunctionRecord {
    const { name: bare } = parseFunctionName(name);
    const found = this.#functions.get(bare);
    if (!found) throw notFound(this.#arn(bare));
    return found;
  }

  /** A version, by number, `$LATEST` or nothing. @throws AwsError ResourceNotFoundException */
  version(fn: FunctionRecord, version: string | undefined): VersionRecord {
    if (version === undefined || version === '$LATEST') return fn.latest;
    const found = fn.versions.get(version);
    if (!found) throw notFound(qualifiedArn(fn.arn, version));
    return found;
  }

  /** @throws AwsError ResourceNotFoundException */
  alias(fn: FunctionRecord, name: string): AliasRecord {
    const found = fn.aliases.get(name);
    if (!found) throw notFound(qualifiedArn(fn.arn, name));
    return found;
  }

  /**
   * The version that a call reaches. An alias with two versions draws by weight.
   * @param roll uniform in [0, 1); drawn only where there is a choice
   */
  resolve(nameOrArn: string, qualifier: string | undefined, roll: () => number): Target {
    const reference = parseFunctionName(nameOrArn, qualifier);
    const fn = this.get(reference.name);
    const alias = reference.qualifier === undefined ? undefined : fn.aliases.get(reference.qualifier);
    if (!alias) {
      const version = this.version(fn, reference.qualifier);
      return { fn, version, qualifier: reference.qualifier, isAlias: false };
    }
    const other = alias.additional;
    const number = other && roll() < other.weight ? other.version : alias.version;
    return { fn, version: this.version(fn, number), qualifier: alias.name, isAlias: true };
  }

  /** Changes the configuration of `$LATEST`. */
  configure(
    fn: FunctionRecord,
    change: Partial<FunctionConfig>,
    { revisionId }: Alteration = {},
  ): VersionRecord {
    if (revisionId !== undefined && revisionId !== fn.latest.revisionId) throw preconditionFailed(fn.arn);
    if (change.environment) checkEnvironment(change.environment);
    fn.latest = this.#version('$LATEST', { ...fn.latest.config, ...change });
    return fn.latest;
  }

  /**
   * Seals `$LATEST` as a new version; the last one is given again if code and configuration are the same.
   * @throws AwsError PreconditionFailedException, InvalidParameterValueException for another code hash
   */
  publish(
    fn: FunctionRecord,
    guard: Alteration & {
      readonly codeSha256?: string | undefined;
      readonly description?: string | undefined;
    },
  ): VersionRecord {
    const { config, revisionId } = fn.latest;
    if (guard.revisionId !== undefined && guard.revisionId !== revisionId) throw preconditionFailed(fn.arn);
    if (guard.codeSha256 !== undefined && guard.codeSha256 !== config.codeSha256)
      throw invalid(
        `CodeSHA256 (${guard.codeSha256}) is different from current CodeSHA256 in $LATEST (${config.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    const last = [...fn.versions.values()].at(-1);
    // The description is the version's own and does not make another version of the same code and configuration.
    if (last && isDeepStrictEqual({ ...last.config, description: '' }, { ...config, description: '' }))
      return last;
    const number = String(fn.nextVersion++);
    const version = this.#version(number, {
      ...config,
      description: guard.description ?? config.description,
    });
    fn.versions.set(number, version);
    return version;
  }

  /** @throws AwsError ResourceConflictException while an alias points at it */
  deleteVersion(fn: FunctionRecord, version: string): void {
    this.version(fn, version);
    const holder = [...fn.aliases.values()].find(
      (a) => a.version === version || a.additional?.version === version,
    );
    if (holder) throw conflict(`Function: ${fn.arn}:${version} is referenced by the alias ${holder.name}`);
    fn.versions.delete(version);
  }

  createAlias(fn: FunctionRecord, name: string, change: AliasChange): AliasRecord {
    if (fn.aliases.has(name)) throw conflict(`Alias already exists: ${fn.arn}:${name}`);
    if (/^\d+$/.test(name)) throw invalid(`${name} is not an alias name: it is a number`);
    return this.#putAlias(fn, name, change, { version: change.version ?? '', description: '' });
  }

  /** @throws AwsError PreconditionFailedException for another revision */
  updateAlias(fn: FunctionRecord, name: string, change: AliasChange): AliasRecord {
    const current = this.alias(fn, name);
    if (change.revisionId !== undefined && change.revisionId !== current.revisionId)
      throw preconditionFailed(`${fn.arn}:${name}`);
    return this.#putAlias(fn, name, change, current);
  }

  #putAlias(
    fn: FunctionRecord,
    name: string,
    change: AliasChange,
    current: Pick<AliasRecord, 'version' | 'description'> & Partial<AliasRecord>,
  ): AliasRecord {
    const version = change.version ?? current.version;
    const main = this.version(fn, version);
    const additional =
      change.weights === undefined ? current.additional : this.#second(fn, main, change.weights);
    const alias: AliasRecord = {
      name,
      description: change.description ?? current.description,
      version: main.version,
      additional,
      revisionId: this.#revision(),
    };
    fn.aliases.set(name, alias);
    return alias;
  }

  /** The second version of an alias, by Lambda's rules for it. */
  #second(
    fn: FunctionRecord,
    main: VersionRecord,
    weights: Readonly<Record<string, number>>,
  ): AliasRecord['additional'] {
    const entries = Object.entries(weights);
    const [first] = entries;
    if (!first) return undefined;
    if (entries.length > 1) throw invalid('Alias routing takes one additional version at most');
    const [number, weight] = first;
    if (main.version === '$LATEST' || number === '$LATEST')
      throw invalid('$LATEST is not supported for an alias pointing to more than 1 version');
    if (number === main.version)
      throw invalid(
        `Invalid function version ${number}. Function version ${number} is already included in routing configuration.`,
      );
    if (!(weight >= 0 && weight <= 1))
      throw invalid(`The weight of version ${number} is ${weight}, which is not from 0 to 1`);
    const second = this.version(fn, number);
    for (const field of ['role', 'deadLetter'] as const)
      if (second.config[field] !== main.config[field])
        throw invalid(`Versions ${main.version} and ${number} of one alias differ in their ${field}`);
    return { version: number, weight };
  }

  #version(version: string, config: FunctionConfig): VersionRecord {
    const lastModified = new Date(this.#now()).toISOString().replace('Z', '+0000');
    return { version, config, revisionId: this.#revision(), lastModified };
  }
}
