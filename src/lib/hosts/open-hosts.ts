import type { Duplex } from 'node:stream';
import { formatPlace, parseJumps, type HostAddress, type SshAddress, type SshPlace } from './address.js';
import { Attentions } from './attention.js';
import { EngineHost } from './docker.js';
import type { DockerHost } from './docker-host.js';
import { Engine, preloadDocker, type EngineLimits } from './engine.js';
import { Failure } from './failures.js';
import { hostError } from './failure-words.js';
import { HostError } from './host-error.js';
import { HostKeys, type HostKeyQuestion } from './host-keys.js';
import type { ConnectOptions, Hosts, HostScript, HostSight, ScriptResult } from './hosts.js';
import { KeyRing } from './identities.js';
import { localTransport } from './local-transport.js';
import { openServerSocketOn } from './server-socket.js';
import { resolveSshSettings } from './ssh-config.js';
import { SshLink, type SshTools } from './ssh-link.js';
import type { LocalUser } from './ssh-settings.js';
import { SshTransport } from './ssh-transport.js';
import { unlessAborted } from '../unless-aborted.js';
import { Slots, type Around } from './time-limit.js';
import { tracedHost, type OnStep } from './traced-host.js';
import type { Transport } from './transport.js';

export interface OpenHostsOptions {
  local: LocalUser;
  /** Read instead of ~/.ssh/config (`ssh -F`). */
  sshConfigFile?: string;
  /** Socket of the SSH agent. */
  sshAuthSock?: string;
  /** Where answers of `ssh -G` are kept; without it nothing is. */
  cacheDir?: string;
  /** OpenSSH's client; default `ssh` of the PATH. */
  sshProgram?: string;
  /** Hosts that were never seen are trusted, and written to known_hosts. */
  acceptNewHostKeys?: boolean;
  /** Asks a person whether to trust a host; without it unknown hosts are refused. */
  confirmHostKey?: (question: HostKeyQuestion) => Promise<boolean>;
  /** Asks a person for a key's passphrase; without it encrypted keys are left out. */
  askPassphrase?: (path: string, attempt: number) => Promise<string | undefined>;
  /** Seconds for each station of the way, and for the engine's first answer; ssh's own ConnectTimeout goes first. */
  connectTimeout?: number;
  /** Seconds for one request. */
  limits?: Partial<EngineLimits>;
  /** A connection is dead after four such intervals (seconds) of silence; ssh's own ServerAliveInterval holds where it is shorter. */
  keepaliveInterval?: number;
  /** SSH connections that are being made at once. */
  parallelConnects?: number;
  /** Told of each step on the way to a host, and of each request to its engine. */
  onStep?: OnStep;
  /** Epoch milliseconds. */
  now?: () => number;
  /** From 0 to 1. */
  random?: () => number;
}

const defaultLimits: EngineLimits = { request: 30, change: 120, log: 60 };
/** sshd's MaxStartups begins to drop connections at 10. */
const perEntrance = 8;
const mostJumps = 8;
/** `ssh -G` processes at once. */
const questions = 8;

/** The hosts of one command. Nothing is read or connected before `connect`; `close` lets the process end. */
export function openHosts(options: OpenHostsOptions): Hosts & ServerSockets {
  return new HostPool(options);
}

/** The way to a longshore server on a host. */
export interface ServerSockets {
  /**
   * A stream to the server's Unix socket on a host; without `path` it is looked for where longshore serve listens by default.
   * Throws HostError.
   */
  openServerSocket(address: SshAddress, name: string, path?: string): Promise<Duplex>;
}

class HostPool implements Hosts, ServerSockets {
  readonly #tools: SshTools;
  readonly #links = new Map<string, SshLink>();
  readonly #engines = new Map<string, Engine>();
  readonly #hosts = new Map<string, Promise<DockerHost>>();
  readonly #attentions = new Map<string, Attentions>();
  readonly #asking = new Slots(questions);
  #closed = false;

  constructor(private readonly options: OpenHostsOptions) {
    const inTurn = turns();
    const { askPassphrase, confirmHostKey, local } = options;
    const entrances = new Map<string, Slots>();
    this.#tools = {
      hostKeys: new HostKeys({
        acceptNew: options.acceptNewHostKeys ?? false,
        confirm: confirmHostKey,
        inTurn,
      }),
      keyRing: new KeyRing({
        local,
        authSock: options.sshAuthSock,
        askPassphrase: askPassphrase && ((path, attempt) => inTurn(() => askPassphrase(path, attempt))),
      }),
      slots: new Slots(options.parallelConnects ?? 16),
      entrance: (name) => {
        const slots = entrances.get(name) ?? new Slots(perEntrance);
        entrances.set(name, slots);
        return slots;
      },
      connectTimeout: options.connectTimeout ?? 10,
      keepaliveInterval: options.keepaliveInterval ?? 10,
      keepaliveCountMax: 3,
      random: options.random ?? Math.random,
      onStep: options.onStep,
      meanwhile: () => void preloadDocker().catch(() => undefined),
    };
  }

  connect(address: HostAddress, name: string, options: ConnectOptions = {}): Promise<DockerHost> {
    return unlessAborted(options.signal, this.#shared(address, name, options.retry ?? false));
  }

  #shared(address: HostAddress, name: string, retry: boolean): Promise<DockerHost> {
    const key = keyOf(address);
    const known = this.#hosts.get(key);
    if (known && !retry) return known;
    // Only what has failed is tried again.
    const connecting = known ? known.catch(() => this.#connect(address, name)) : this.#connect(address, name);
    this.#hosts.set(key, connecting);
    connecting.catch(() => undefined);
    return known ? connecting.then((host) => this.#renewed(key, host)) : connecting;
  }

  /** A connection that has dropped is made anew; whether that can be, the next request says. */
  async #renewed(key: string, host: DockerHost): Promise<DockerHost> {
    await this.#engines
      .get(key)
      ?.transport.ready()
      .catch(() => undefined);
    return host;
  }

  async survey(address: HostAddress, dataRoot: string): Promise<HostSight | undefined> {
    return this.#engines.get(keyOf(address))?.survey(dataRoot);
  }

  async runScript(address: HostAddress, script: HostScript): Promise<ScriptResult | undefined> {
    return this.#engines.get(keyOf(address))?.runScript(script);
  }

  attend(address: HostAddress, patience: number, onSilence: (error: HostError) => void): () => void {
    return this.#attentionsOf(address).add({
      patience,
      onSilence: (seconds) => {
        const engine = this.#engines.get(keyOf(address));
        // It may be but one of its connections, or the way to another host.
        if (engine === undefined || engine.transport.silence < patience / 2) return;
        onSilence(hostError(engine.name, new Failure('silent', { seconds }), engine.transport.via));
      },
    });
  }

  silence(address: HostAddress): number {
    return this.#engines.get(keyOf(address))?.transport.silence ?? 0;
  }

  hostKeyFingerprint(address: HostAddress): string | undefined {
    return this.#engines.get(keyOf(address))?.transport.fingerprint;
  }

  networkName(address: HostAddress): string | undefined {
    return this.#engines.get(keyOf(address))?.transport.networkName;
  }

  async openServerSocket(address: SshAddress, name: string, path?: string): Promise<Duplex> {
    try {
      const { link } = await this.#route(address, address.proxyJump, []);
      await link.ready(true);
      return await openServerSocketOn(link, path);
    } catch (error) {
      throw asHostError(name, error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const engine of this.#engines.values()) engine.close();
    for (const link of this.#links.values()) link.close();
    await Promise.allSettled(this.#hosts.values());
  }

  async #connect(address: HostAddress, name: string): Promise<DockerHost> {
    let transport: Transport | undefined;
    try {
      transport = await this.#transport(address);
      if (this.#closed) throw new Failure('closed');
      const engine = new Engine(name, transport, { ...defaultLimits, ...this.options.limits });
      this.#engines.set(keyOf(address), engine);
      await transport.ready();
      const begun = performance.now();
      await engine.greet(this.#tools.connectTimeout);
      const { onStep, now = Date.now } = this.options;
      const host = new EngineHost(engine, now);
      if (onStep === undefined) return host;
      const what = `Docker engine: API ${engine.apiVersion}, ${ways[transport.way ?? 'socket']}`;
      onStep({ host: name, what, milliseconds: performance.now() - begun });
      return tracedHost(host, onStep);
    } catch (error) {
      throw asHostError(name, error, transport?.via);
    }
  }

  async #transport(address: HostAddress): Promise<Transport> {
    if (address.scheme === 'unix') return localTransport(address.path, this.#tools.connectTimeout);
    const { link } = await this.#route(address, address.proxyJump, []);
    const transport = new SshTransport(link);
    transport.heed(this.#attentionsOf(address));
    return transport;
  }

  #attentionsOf(address: HostAddress): Attentions {
    const key = keyOf(address);
    const attentions = this.#attentions.get(key) ?? new Attentions();
    this.#attentions.set(key, attentions);
    return attentions;
  }

  /**
   * The link to a place, through those to its jump hosts. Whatever leads through the same jump hosts shares their
   * links; the key says which way that is.
   */
  async #route(
    place: SshPlace & { identityFile?: string },
    proxyJump: string | undefined,
    before: string[],
  ): Promise<Route> {
    const begun = performance.now();
    const settings = await this.#asking.use(() =>
      resolveSshSettings(place, { ...this.options, program: this.options.sshProgram }),
    );
    const milliseconds = performance.now() - begun;
    this.options.onStep?.({ host: place.host, what: 'SSH configuration', milliseconds });
    const end = JSON.stringify([settings.user, settings.hostName, settings.port]);
    if (before.includes(end) || before.length >= mostJumps) throw new Failure('jump-loop');
    const jumps = jumpsOf(proxyJump ?? settings.proxyJump);
    const last = jumps.at(-1);
    // As OpenSSH has it: the first finds its own way, each further one goes through those before it.
    const earlier = jumps.length > 1 ? jumps.slice(0, -1).map(formatPlace).join(',') : undefined;
    const via = last && (await this.#route(last, earlier, [...before, end]));

    const key = JSON.stringify([end, settings.hostKeyAlias, place.identityFile, via?.key]);
    const direct = via === undefined && proxyJump === undefined;
    const link =
      this.#links.get(key) ??
      new SshLink(
        direct ? settings : { ...settings, proxyCommand: undefined },
        via?.link,
        this.#tools,
        place.identityFile,
      );
    this.#links.set(key, link);
    return { link, key };
  }
}

function asHostError(name: string, error: unknown, via?: string): HostError {
  if (error instanceof HostError) return error;
  const failure =
    error instanceof Failure ? error : new Failure('handshake', { place: name, detail: String(error) });
  return hostError(name, failure, via);
}

const ways = {
  socket: 'by its socket',
  forward: 'by a forwarded socket',
  program: 'by docker system dial-stdio',
} as const;

interface Route {
  link: SshLink;
  key: string;
}

/** Hosts are the same where all of their address is. */
function keyOf(address: HostAddress): string {
  if (address.scheme === 'unix') return JSON.stringify([address.path]);
  const { host, user, port, identityFile, proxyJump } = address;
  return JSON.stringify([host, user, port, identityFile, proxyJump]);
}

function jumpsOf(proxyJump: string | undefined): SshPlace[] {
  try {
    return parseJumps(proxyJump ?? 'none');
  } catch (error) {
    throw new Failure('config', { detail: (error as Error).message }, { cause: error });
  }
}

/** Lets one at a time through, in order. */
function turns(): Around {
  const slots = new Slots(1);
  return (work) => slots.use(work);
}
