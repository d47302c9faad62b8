import type { AuthenticationType, AuthHandlerMiddleware, BaseAgent, ParsedKey } from 'ssh2';
import { Failure } from './failures.js';
import { placeOf } from './host-keys.js';
import type { Identities, Identity } from './identities.js';
import { loadSsh2 } from './ssh2.js';
import type { SshSettings } from './ssh-settings.js';

/** SSH's reason code of such an end (RFC 4253, 11.1). */
const protocolError = 2;

/** One authentication with one host: what was offered, and the words for why it failed. */
export class Authentication {
  #identities: Identities | undefined;
  #methods: readonly string[] | undefined;
  #signing: Error | undefined;
  #offeredKeys = false;
  #signer: Identity | undefined;
  #wantsMore = false;

  constructor(
    private readonly settings: SshSettings,
    private readonly gather: () => Promise<Identities>,
  ) {}

  /**
   * ssh2's way of asking what to try next. "none" comes first, as OpenSSH has it: it costs no attempt, and its answer
   * says what the server takes.
   */
  readonly handler: AuthHandlerMiddleware = (methodsLeft, partialSuccess, next) => {
    const username = this.settings.user;
    if (methodsLeft === null) return { type: 'none', username };
    this.#methods ??= methodsLeft as AuthenticationType[];
    if (this.#offeredKeys || !this.#methods.includes('publickey')) {
      this.#wantsMore = partialSuccess === true;
      return false;
    }
    this.#offeredKeys = true;
    this.#agent().then(
      (agent) => next(agent ? { type: 'agent', username, agent } : (false as never)),
      () => next(false as never),
    );
    // ssh2 waits for `next`.
    return undefined as never;
  };

  /** The key that was signed with last: a server asks for a signature of one that it accepts. */
  get signedWith(): string | undefined {
    return this.#signer && (this.#signer.path ?? 'agent');
  }

  /** Whether the server ended the connection because of too many attempts (OpenSSH's MaxAuthTries). */
  isCutOff(error: Error): boolean {
    const { code } = error as { code?: unknown };
    return (
      this.#offeredKeys && (code === protocolError || /too many authentication failures/i.test(error.message))
    );
  }

  /** What to tell when the server has refused; `cause` is ssh2's error. */
  failure(cause: Error): Failure {
    const place = placeOf(this.settings);
    const { offered = [], encrypted = [], exposed = [] } = this.#identities ?? {};
    if (this.#methods && !this.#methods.includes('publickey')) {
      return new Failure(
        'keys-not-allowed',
        { place, detail: this.#methods.join(' and ') || 'nothing' },
        { cause },
      );
    }
    if (this.#wantsMore)
      return new Failure('keys-not-allowed', { place, detail: 'a key and more' }, { cause });
    if (this.isCutOff(cause)) {
      return new Failure('too-many-keys', { place, detail: `${offered.length} keys or fewer` }, { cause });
    }
    if (this.#signing instanceof Failure) return this.#signing;
    if (this.#signing)
      return new Failure(
        'keys-refused',
        { place, detail: `no key could sign (${this.#signing.message}), so none` },
        { cause },
      );
    if (encrypted[0] !== undefined)
      return new Failure('key-encrypted', { place, path: encrypted[0] }, { cause });
    if (exposed[0] !== undefined) return new Failure('key-exposed', { place, path: exposed[0] }, { cause });
    if (offered.length === 0) return new Failure('no-keys', { place }, { cause });
    return new Failure('keys-refused', { place, detail: describeOffer(offered) }, { cause });
  }

  /** The keys in the shape of an agent, since ssh2 offers an agent's keys one by one before anything is signed. */
  async #agent(): Promise<BaseAgent | undefined> {
    const identities = await this.gather();
    this.#identities = identities;
    if (identities.offered.length === 0) return undefined;
    const { BaseAgent } = await loadSsh2();
    const noteFailure = (error: Error) => (this.#signing = error);
    const noteSigner = (identity: Identity) => (this.#signer = identity);
    class Offer extends BaseAgent<ParsedKey> {
      override getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
        done(
          null,
          identities.offered.map((identity) => identity.publicKey),
        );
      }

      override sign(key: ParsedKey, data: Buffer, ...rest: unknown[]): void {
        const done = rest.at(-1) as (error?: Error | null, signature?: Buffer) => void;
        const hash = (rest[0] as { hash?: string } | undefined)?.hash;
        const identity = identities.offered.find((one) => one.publicKey === key);
        if (!identity) return done(new Error('not offered'));
        noteSigner(identity);
        identity.sign(data, hash).then(
          (signature) => done(null, signature),
          (error: Error) => {
            noteFailure(error);
            done(error);
          },
        );
      }
    }
    return new Offer();
  }
}

/** `no key of the agent`, `no key (~/.ssh/a)`, `no key of the agent and no other (~/.ssh/a)` */
function describeOffer(offered: Identity[]): string {
  const files = offered.flatMap((identity) => identity.path ?? []);
  if (files.length === 0) return 'no key of the agent';
  const named = `(${files.join(', ')})`;
  return files.length === offered.length ? `no key ${named}` : `no key of the agent and no other ${named}`;
}
