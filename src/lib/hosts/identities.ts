import type { BaseAgent, ParsedKey } from 'ssh2';
import { Failure } from './failures.js';
import { readKeyFile, type KeyFile } from './key-files.js';
import { loadSsh2 } from './ssh2.js';
import { expandPath, type LocalUser, type SshSettings } from './ssh-settings.js';
import type { Around } from './time-limit.js';

export interface IdentityOptions {
  local: LocalUser;
  /** Socket of the user's SSH agent. */
  authSock?: string;
  /** Asks a person for a key's passphrase; undefined: no answer. `attempt` counts from 1. */
  askPassphrase?: (path: string, attempt: number) => Promise<string | undefined>;
}

/** A key that a server may be offered. */
export interface Identity {
  publicKey: ParsedKey;
  /** undefined: the agent's. */
  path: string | undefined;
  sign: (data: Buffer, hash: string | undefined) => Promise<Buffer>;
}

export interface Identities {
  /** In the order in which they are offered. */
  offered: Identity[];
  /** Encrypted keys that were left out since nobody can be asked for the passphrase. */
  encrypted: string[];
  /** Keys that others may read. */
  exposed: string[];
}

const passphraseAttempts = 3;

/** The user's keys, from the agent and from files, in the order that a server's MaxAuthTries calls for. */
export class KeyRing {
  readonly #agents = new Map<string, Promise<Identity[]>>();
  readonly #files = new Map<string, Promise<KeyFile>>();
  /** Passphrases are asked for once, however many hosts want the key. */
  readonly #opened = new Map<string, Promise<ParsedKey | undefined>>();

  constructor(private readonly options: IdentityOptions) {}

  /**
   * Which keys to offer to a host: those that somebody named for it come first (with the agent's help, where it has
   * them), then the agent's others, then the default files. IdentitiesOnly leaves out what was not named.
   * `first` is a path that goes before all others; `patiently` surrounds the time that a person takes to answer.
   */
  async identitiesFor(
    settings: SshSettings,
    first?: string,
    patiently: Around = (ask) => ask(),
  ): Promise<Identities> {
    const agent = await this.#agentKeys(settings);
    const named = first === undefined ? [] : [expandPath(first, settings, this.options.local)];
    if (settings.identityFilesNamed || settings.identitiesOnly) named.push(...settings.identityFiles);
    const defaults = settings.identityFilesNamed || settings.identitiesOnly ? [] : settings.identityFiles;

    const result: Identities = { offered: [], encrypted: [], exposed: [] };
    for (const path of named) await this.#addFile(path, agent, result, patiently);
    if (!settings.identitiesOnly) for (const identity of agent) add(result, identity);
    for (const path of defaults) await this.#addFile(path, agent, result, patiently);
    return result;
  }

  async #addFile(path: string, agent: Identity[], result: Identities, patiently: Around): Promise<void> {
    const file = await this.#file(path);
    const inAgent = agent.find((identity) => file.publicKey && isSame(identity.publicKey, file.publicKey));
    if (inAgent) return add(result, inAgent);
    if (file.state === 'missing') return;
    if (file.state === 'exposed') return void result.exposed.push(path);
    if (file.state === 'encrypted' && !this.options.askPassphrase) return void result.encrypted.push(path);
    // An old encrypted key without its .pub beside it shows nothing of itself before it is opened.
    const publicKey = file.publicKey ?? (await patiently(() => this.#open(file)));
    if (publicKey)
      add(result, { publicKey, path, sign: (data, hash) => this.#sign(file, data, hash, patiently) });
  }

  async #sign(file: KeyFile, data: Buffer, hash: string | undefined, patiently: Around): Promise<Buffer> {
    const key = await patiently(() => this.#open(file));
    if (!key) throw new Failure('key-encrypted', { path: file.path });
    const signature = key.sign(data, hash) as Buffer | Error;
    if (signature instanceof Error) throw signature;
    return signature;
  }

  #open(file: KeyFile): Promise<ParsedKey | undefined> {
    if (file.state !== 'encrypted') return file.open();
    const opening = this.#opened.get(file.path) ?? this.#openEncrypted(file);
    this.#opened.set(file.path, opening);
    return opening;
  }

  async #openEncrypted(file: KeyFile): Promise<ParsedKey | undefined> {
    for (let attempt = 1; attempt <= passphraseAttempts; attempt++) {
      const passphrase = await this.options.askPassphrase?.(file.path, attempt);
      if (passphrase === undefined || passphrase === '') return undefined;
      const key = await file.open(passphrase);
      if (key) return key;
    }
    return undefined;
  }

  #file(path: string): Promise<KeyFile> {
    const reading = this.#files.get(path) ?? readKeyFile(path);
    this.#files.set(path, reading);
    return reading;
  }

  #agentKeys(settings: SshSettings): Promise<Identity[]> {
    const socket = settings.identityAgent ?? this.options.authSock;
    if (socket === undefined || socket === 'none' || socket === '') return Promise.resolve([]);
    const asking = this.#agents.get(socket) ?? keysOfAgent(socket);
    this.#agents.set(socket, asking);
    return asking;
  }
}

/** How many keys an agent has; undefined where it doesn't answer. */
export async function agentKeyCount(socket: string): Promise<number | undefined> {
  const { createAgent } = await loadSsh2();
  return (await askAgent(createAgent(socket)))?.length;
}

function askAgent(agent: BaseAgent): Promise<unknown[] | undefined> {
  return new Promise((resolve) =>
    agent.getIdentities((error, found) => resolve(error ? undefined : (found ?? []))),
  );
}

/** An agent that doesn't answer has no keys. */
async function keysOfAgent(socket: string): Promise<Identity[]> {
  const { createAgent, utils } = await loadSsh2();
  const agent = createAgent(socket);
  const keys = (await askAgent(agent)) ?? [];
  return keys
    .map((key) => utils.parseKey(key as Buffer) as ParsedKey | Error)
    .filter((key): key is ParsedKey => !(key instanceof Error))
    .map((publicKey) => ({
      publicKey,
      path: undefined,
      sign: (data, hash) =>
        new Promise((resolve, reject) => {
          const options = hash === undefined ? {} : { hash: hash as 'sha256' };
          agent.sign(publicKey, data, options, (error, signature) =>
            error ? reject(error) : resolve(signature as Buffer),
          );
        }),
    }));
}

function add(result: Identities, identity: Identity): void {
  if (!result.offered.some((other) => isSame(other.publicKey, identity.publicKey)))
    result.offered.push(identity);
}

function isSame(a: ParsedKey, b: ParsedKey): boolean {
  return a.getPublicSSH().equals(b.getPublicSSH());
}
