import { createHash } from 'node:crypto';
import type { Caller, Credentials } from './types.ts';

type Identity = Credentials & { readonly caller: Caller };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The access keys of a cloud. They are made of seed, role and session, so that two runs have the same; they open
 * nothing but the gateway on the loopback.
 */
export class KeyRing {
  readonly root: Credentials;
  readonly #seed: number;
  readonly #byKey = new Map<string, Identity>();
  readonly #bySession = new Map<string, Identity>();

  constructor(seed: number) {
    this.#seed = seed;
    this.root = this.#issue('AKIA', 'root', { kind: 'root' }, false);
  }

  /** Credentials of a role's session; the same session has the same. */
  of(roleArn: string, session: string): Credentials {
    const id = `${roleArn}\n${session}`;
    return this.#bySession.get(id) ?? this.#issue('ASIA', id, { kind: 'role', roleArn, session }, true);
  }

  identify(accessKeyId: string): Identity | undefined {
    return this.#byKey.get(accessKeyId);
  }

  #issue(prefix: string, id: string, caller: Caller, temporary: boolean): Identity {
    const digest = (what: string) => createHash('sha256').update(`${this.#seed}\n${what}\n${id}`).digest();
    const key = Array.from(digest('key').subarray(0, 16), (b) => ALPHABET[b % 32]).join('');
    const identity: Identity = {
      accessKeyId: prefix + key,
      secretAccessKey: digest('secret').toString('base64').slice(0, 40),
      sessionToken: temporary ? digest('token').toString('base64') : '',
      caller,
    };
    this.#byKey.set(identity.accessKeyId, identity);
    this.#bySession.set(id, identity);
    return identity;
  }
}
