import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import type { Attentions } from './attention.js';
import { ChannelSocket, type ChannelWatch } from './channel-socket.js';
import { Failure } from './failures.js';
import { placeOf, type HostKeys } from './host-keys.js';
import type { KeyRing } from './identities.js';
import { Pulse } from './pulse.js';
import { openHop } from './ssh-hop.js';
import { openSocket } from './ssh-socket.js';
import type { SshSettings } from './ssh-settings.js';
import { loadSsh2 } from './ssh2.js';
import { unlessAborted } from '../unless-aborted.js';
import { TimeLimit, type Around, type Slots } from './time-limit.js';
import type { OnStep } from './traced-host.js';

/** What all links of a command share. */
export interface SshTools {
  hostKeys: HostKeys;
  keyRing: KeyRing;
  /** Connects of this machine at once. */
  slots: Slots;
  /** Connects at once through one entrance: a ProxyCommand may lead all of them to one sshd. */
  entrance: (name: string) => Slots;
  /** Seconds for each station of the way. */
  connectTimeout: number;
  /**
   * Seconds, and how many in a row may stay unanswered before a connection is given up; the user's own settings hold where
   * they are less.
   */
  keepaliveInterval: number;
  keepaliveCountMax: number;
  /** From 0 to 1. */
  random: () => number;
  onStep?: OnStep | undefined;
  /** Called when there is time: the network is waited for. */
  meanwhile: () => void;
}

export interface ProgramExit {
  /** null: not known, or ended by a signal. */
  code: number | null;
  stderr: string;
}

export interface ProgramWatch {
  /** The reason why it ended without any output. */
  whySilent?: (exit: ProgramExit) => Error | undefined;
  onFirstData?: () => void;
  onExit?: (exit: ProgramExit) => void;
}

/** sshd's MaxStartups drops connections by chance when many come at once; firewalls do, too. */
const attempts = 4;
/** Milliseconds. */
const failureHolds = 3000;
/** Seconds between two keepalives at most: who attends to a host wants to know within a few of them. */
const longestAsk = 2;

/**
 * One SSH connection to one host, made when it is first needed, kept, and made anew when it has dropped. Hosts behind
 * the same jump host share the link to that.
 */
export class SshLink {
  /** `SHA256:…` of the host's key, once connected. */
  fingerprint: string | undefined;
  /** The file of the key that was accepted, or `agent`, once connected. */
  key: string | undefined;
  #client: Promise<Client> | undefined;
  readonly #sockets = new Set<ChannelSocket>();
  /** Of the hosts that are reached by it. */
  #attended = new Set<Attentions>();
  #pulse: Pulse | undefined;
  #heard = 0;
  #current: Client | undefined;
  #under: Duplex | undefined;
  #connecting: AbortController | undefined;
  #failed: { error: unknown; until: number } | undefined;
  #closed = false;

  constructor(
    readonly settings: SshSettings,
    readonly via: SshLink | undefined,
    private readonly tools: SshTools,
    private readonly identityFile?: string,
  ) {}

  /** Another connection to the same host. */
  twin(): SshLink {
    const twin = new SshLink(this.settings, this.via, this.tools, this.identityFile);
    twin.#attended = this.#attended;
    return twin;
  }

  /** Who attends to a host that is reached by this link wants to know when it falls silent, or what is before it. */
  heed(attentions: Attentions): void {
    this.#attended.add(attentions);
    this.via?.heed(attentions);
  }

  /**
   * Throws Failure where no connection can be had. Callers at the same time share one attempt, and those soon after
   * its failure share that, so that a list of things to do on a dead host takes one time limit and not one each;
   * `again` tries in any case.
   */
  async ready(again = false): Promise<Client> {
    if (this.#closed) throw new Failure('closed');
    if (this.#failed && !again && performance.now() < this.#failed.until) throw this.#failed.error;
    this.#failed = undefined;
    const connecting = (this.#client ??= this.#connect());
    try {
      return await connecting;
    } catch (error) {
      if (this.#client === connecting) {
        this.#client = undefined;
        this.#failed = { error, until: performance.now() + failureHolds };
      }
      throw error;
    }
  }

  /** How often something has come in over this connection; it stands still on one that is dead. */
  get heard(): number {
    return this.#heard;
  }

  /**
   * Seconds for which nothing has come: over this connection, or since it was lost, while somebody tries to reach the host
   * again. undefined: nobody has asked.
   */
  get silence(): number | undefined {
    const isAsked = this.#current !== undefined || this.#attention !== Infinity;
    return isAsked ? this.#pulse?.silence : undefined;
  }

  /** A channel to a Unix socket on the host. Rejects with ssh2's error where the server doesn't open it. */
  async openUnixSocket(path: string): Promise<ChannelSocket> {
    const client = await this.ready();
    return this.#channel(client, (done) => client.openssh_forwardOutStreamLocal(path, done));
  }

  /** A channel to a port as seen from the host. Rejects with ssh2's error. */
  async openPort(host: string, port: number): Promise<ChannelSocket> {
    const client = await this.ready();
    return this.#channel(client, (done) => client.forwardOut('127.0.0.1', 0, host, port, done));
  }

  /** A program on the host: its standard input and output. Rejects with ssh2's error. */
  async openProgram(command: string, watch: ProgramWatch = {}): Promise<ChannelSocket> {
    const client = await this.ready();
    const exit: ProgramExit = { code: null, stderr: '' };
    const open = (done: (error: Error | undefined, channel: ClientChannel) => void) =>
      client.exec(command, (error, channel) => {
        channel?.stderr.on(
          'data',
          (chunk: Buffer) => (exit.stderr = `${exit.stderr}${chunk.toString()}`.slice(-2000)),
        );
        channel?.on('exit', (code: number | null) => (exit.code = code));
        channel?.on('close', () => watch.onExit?.(exit));
        done(error, channel);
      });
    return this.#channel(client, open, {
      ...watch,
      whySilent: watch.whySilent && (() => watch.whySilent?.(exit)),
    });
  }

  /** Drops the connection; the next one who needs it connects anew. */
  drop(): void {
    this.#under?.destroy();
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    this.#forgetPulse();
    this.#connecting?.abort(new Failure('closed'));
    this.#current?.end();
    this.#under?.destroy();
  }

  async #connect(): Promise<Client> {
    // Before a slot is taken: the way there needs slots of its own.
    await this.via?.ready().catch((error: unknown) => {
      throw error instanceof Failure ? error.onTheWay(this.via?.settings.alias ?? '') : error;
    });
    const entrance = this.settings.proxyCommand === undefined ? placeOf(this.settings) : 'proxy-command';
    return this.tools.slots.use(() => this.tools.entrance(entrance).use(() => this.#connectInTime()));
  }

  async #connectInTime(): Promise<Client> {
    if (this.#closed) throw new Failure('closed');
    const seconds = this.settings.connectTimeout ?? this.tools.connectTimeout;
    const abort = new AbortController();
    this.#connecting = abort;
    const phase = { detail: 'answer' };
    const limit = new TimeLimit(seconds, () => {
      abort.abort(new Failure('connect-timeout', { place: placeOf(this.settings), seconds, ...phase }));
    });
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#attempt(limit, abort.signal, phase);
        } catch (error) {
          if (abort.signal.aborted) throw abort.signal.reason;
          const isChance = error instanceof Failure && error.why === 'closed-early';
          if (!isChance || attempt === attempts) throw error;
          // Spread, so that those who were dropped together don't come back together.
          const pause = 150 * 2 ** attempt * (0.5 + this.tools.random());
          if (pause >= limit.left) throw error;
          await setTimeout(pause, undefined, { signal: abort.signal }).catch(() => undefined);
        }
      }
    } finally {
      limit.clear();
      this.#connecting = undefined;
    }
  }

  async #attempt(limit: TimeLimit, signal: AbortSignal, phase: { detail: string }): Promise<Client> {
    if (signal.aborted) throw signal.reason;
    const { keyRing, hostKeys } = this.tools;
    const step = this.#stopwatch();
    const patiently: Around = (ask) => limit.paused(ask);
    const [ssh2, knownKeyTypes] = await Promise.all([loadSsh2(), hostKeys.knownTypes(this.settings)]);
    step('SSH loaded, known hosts read');
    // Nothing may be waited for from here to the handshake: the other side may hang up at once.
    const opening = this.#openUnder(signal);
    this.tools.meanwhile();
    const socket = await unlessAborted(signal, opening).catch((error: unknown) => {
      // What comes too late is closed.
      opening.then((late) => late.destroy()).catch(() => undefined);
      throw error;
    });
    this.#under = socket;
    step(`reached ${placeOf(this.settings)}${this.via ? ` through ${this.via.settings.alias}` : ''}`);
    phase.detail = 'finish the SSH handshake';
    const { client, fingerprint, key } = await openHop(
      ssh2,
      this.settings,
      socket,
      {
        knownKeyTypes,
        checkHostKey: (key) => hostKeys.check(this.settings, key, patiently),
        identities: () => keyRing.identitiesFor(this.settings, this.identityFile, patiently),
        keepaliveInterval: this.#askEvery,
        onHandshake: () => step('SSH handshake'),
      },
      signal,
    );
    step(`logged in as ${this.settings.user}; host key ${fingerprint}`);
    this.fingerprint = fingerprint;
    this.key = key;
    this.#current = client;
    this.#feelPulse(client, socket);
    client.once('close', () => this.#lost(client));
    return client;
  }

  #feelPulse(client: Client, socket: Duplex): void {
    socket.on('data', () => this.#heard++);
    this.#forgetPulse();
    this.#pulse = new Pulse(socket, this.#askEvery / 2, (seconds) => {
      if (this.#current !== client || seconds < Math.min(this.#patience, this.#attention)) return;
      this.#lost(client);
      socket.destroy();
      for (const attentions of this.#attended) attentions.tell(seconds);
    });
  }

  #forgetPulse(): void {
    this.#pulse?.end();
    this.#pulse = undefined;
  }

  /** Seconds between two keepalives. */
  get #askEvery(): number {
    return Math.min(this.#keepaliveInterval, longestAsk);
  }

  get #keepaliveInterval(): number {
    return Math.min(this.settings.serverAliveInterval || Infinity, this.tools.keepaliveInterval);
  }

  /** Seconds of silence after which a connection is given up that nobody attends to. */
  get #patience(): number {
    const most = Math.min(this.settings.serverAliveCountMax, this.tools.keepaliveCountMax);
    return this.#keepaliveInterval * (most + 1);
  }

  /** Seconds of the least patient who attends to a host; Infinity where nobody does. */
  get #attention(): number {
    return Math.min(...[...this.#attended].map(({ patience }) => patience));
  }

  /** Tells of a step that is over, with the time since the one before. */
  #stopwatch(): (what: string) => void {
    let since = performance.now();
    return (what) => {
      const now = performance.now();
      this.tools.onStep?.({ host: this.settings.alias, what, milliseconds: now - since });
      since = now;
    };
  }

  async #openUnder(signal: AbortSignal): Promise<Duplex> {
    if (!this.via) return openSocket(this.settings, signal);
    const { hostName, port } = this.settings;
    try {
      return await this.via.openPort(hostName, port);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const { reason, message } = error as Error & { reason?: number };
      const detail = message.replace(/^\(SSH\) Channel open failure: /, '');
      const options = { cause: error, jumpHost: this.via.settings.alias };
      if (reason === administrativelyProhibited) throw new Failure('jump-forbidden', { detail }, options);
      throw new Failure('jump-failed', { place: `${hostName}:${port}`, detail }, options);
    }
  }

  #lost(client: Client): void {
    if (this.#current !== client) return;
    this.#current = undefined;
    this.#client = undefined;
    const error = Object.assign(new Error('the SSH connection dropped'), { code: 'ECONNRESET' });
    // Before ssh2 ends the channels as if the other side had.
    for (const socket of this.#sockets) socket.destroy(error);
  }

  #channel(
    client: Client,
    open: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
    watch: ChannelWatch = {},
  ): Promise<ChannelSocket> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | undefined, channel: ClientChannel) => {
        if (error) return reject(this.#current === client && isRefusal(error) ? error : droppedError(error));
        const socket = new ChannelSocket(channel, watch);
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
        resolve(socket);
      };
      try {
        open(done);
      } catch (error) {
        reject(droppedError(error));
      }
    });
  }
}

/** SSH's reason code of a server that forbids a channel (RFC 4254, 5.1). */
const administrativelyProhibited = 1;

/** The server answered, with no. Anything else is a connection that isn't there any more. */
function isRefusal(error: Error & { reason?: unknown }): boolean {
  return typeof error.reason === 'number' || /^(Unable to exec|strictVendor)/.test(error.message);
}

/** The connection went away while a channel was asked for. */
function droppedError(cause: unknown): Error {
  return Object.assign(new Error('the SSH connection dropped', { cause }), { code: 'ECONNRESET' });
}
