import type { PolicyDocument } from '../types.ts';
import { managedPolicy } from './managed.ts';

export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}
export interface Role {
  readonly arn: string;
  readonly name: string;
  /** Who may take it on. */
  readonly trust: PolicyDocument;
  readonly policies: readonly NamedPolicy[];
}

interface Entry {
  readonly arn: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly inline: NamedPolicy[];
  readonly managed: Set<string>;
}

/** The account's roles and managed policies. */
export class Directory {
  /** Rises with every change; decisions are cached by it. */
  revision = 0;
  readonly #roles = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();
  readonly #managed = new Map<string, NamedPolicy>();

  /** @throws Error if a role of that name exists */
  addRole(role: {
    readonly arn: string;
    readonly name: string;
    readonly trust: PolicyDocument;
    readonly inline: readonly NamedPolicy[];
    readonly managed: readonly string[];
  }): void {
    if (this.#byName.has(role.name)) throw new Error(`role '${role.name}' exists already`);
    const entry: Entry = { ...role, inline: [...role.inline], managed: new Set(role.managed) };
    this.#roles.set(role.arn, entry);
    this.#byName.set(role.name, entry);
    this.revision++;
  }

  addManaged(arn: string, policy: NamedPolicy, roles: readonly string[]): void {
    this.#managed.set(arn, policy);
    for (const name of roles) this.#entry(name).managed.add(arn);
    this.revision++;
  }

  /** Puts an inline policy on a role; the returned function takes it back. */
  attach(roleName: string, policy: NamedPolicy): () => void {
    const { inline } = this.#entry(roleName);
    inline.push(policy);
    this.revision++;
    return () => {
      const found = inline.indexOf(policy);
      if (found < 0) return;
      inline.splice(found, 1);
      this.revision++;
    };
  }

  role(arn: string): Role | undefined {
    const entry = this.#roles.get(arn);
    return entry && this.#toRole(entry);
  }

  roles(): Role[] {
    return [...this.#roles.values()].map((e) => this.#toRole(e));
  }

  #entry(name: string): Entry {
    const found = this.#byName.get(name);
    if (!found) throw new Error(`no role is named '${name}'`);
    return found;
  }

  #toRole(entry: Entry): Role {
    const managed = [...entry.managed].map((arn) => this.#managed.get(arn) ?? managedPolicy(arn));
    return { arn: entry.arn, name: entry.name, trust: entry.trust, policies: [...entry.inline, ...managed] };
  }
}
