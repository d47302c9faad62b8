import { EcsError } from '../api/errors.js';
import type { OnEvent } from '../engine/events.js';
import { HostError } from '../hosts/host-error.js';
import { EndpointError, LostConnection } from './endpoint-error.js';
import { persist } from './persist.js';
import { SessionClient } from './session-client.js';
import type { Upgraded } from './upgrade.js';

export interface ConnectionOptions {
  /** What messages call the server. */
  name: string;
  /** The version of this program. */
  version: string;
  /** Connects; called at the first use. */
  open: () => Promise<Upgraded>;
  onEvent: OnEvent;
  signal: AbortSignal;
  /** Milliseconds for finding a server again, and for a place among its sessions. */
  patience?: { lost: number; crowded: number } | undefined;
}

/** A server that is started anew comes back within this; a place becomes free as for SDKs that are told to slow down. */
const PATIENCE = { lost: 60_000, crowded: 30_000 };

/** The session with a server, made when it is needed, and made anew where it was lost. */
export class Connection {
  private opened: Promise<SessionClient> | undefined;
  private readonly patience: { lost: number; crowded: number };
  private told: LostConnection | undefined;
  private knowsVersion = false;

  constructor(private readonly options: ConnectionOptions) {
    this.patience = options.patience ?? PATIENCE;
  }

  /** Who watches for hours finds the server again when it has been started anew. Throws as `open` does. */
  async session(): Promise<SessionClient> {
    if (this.opened === undefined) return this.connect();
    const current = this.opened;
    const client = await current.catch(() => undefined);
    if (client !== undefined && !client.isOver) return client;
    return this.opened === current ? this.connect() : this.opened;
  }

  /** A session after one was lost, for what only waits or looks. Throws LostConnection, and the signal's reason. */
  async again(lost: LostConnection, signal: AbortSignal): Promise<SessionClient> {
    const { onEvent, signal: interrupted } = this.options;
    if (this.told !== lost) onEvent({ type: 'note', message: `${lost.message}; trying again` });
    this.told = lost;
    try {
      const { lost: patience } = this.patience;
      return await persist(() => this.session(), { isWorthIt: mayPass, patience, signal });
    } catch (error) {
      interrupted.throwIfAborted();
      if (signal.aborted) throw lost;
      throw new LostConnection(
        `${lost.message}, and could not be made again: ${(error as Error).message}`,
        'What was waited for there goes on: look (longshore list-tasks, list-services) once it can be reached',
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    const client = await this.opened?.catch(() => undefined);
    client?.close();
  }

  private connect(): Promise<SessionClient> {
    return (this.opened = this.open());
  }

  private async open(): Promise<SessionClient> {
    const { name, open, onEvent, signal } = this.options;
    let isTold = false;
    const onPause = () => {
      if (!isTold) onEvent({ type: 'note', message: `${name} has no room for now; trying again` });
      isTold = true;
    };
    const { crowded: patience } = this.patience;
    const upgraded = await persist(open, { isWorthIt: isCrowded, patience, signal, onPause });
    if (!this.knowsVersion) this.tellVersion(upgraded.version);
    this.knowsVersion = true;
    return new SessionClient(upgraded, name);
  }

  /** Patches of one version understand each other. */
  private tellVersion(theirs: string | undefined): void {
    const { name, version, onEvent } = this.options;
    if (theirs === undefined || minorOf(theirs) === minorOf(version)) return;
    const message = `${name} runs longshore ${theirs}, and this is ${version}: what one of them doesn't know yet may be refused`;
    onEvent({ type: 'note', message });
  }
}

const minorOf = (version: string): string => version.split('.', 2).join('.');

const isCrowded = (error: unknown): boolean =>
  error instanceof EcsError && (error.code as string) === 'ThrottlingException';

/** A server that is being started anew, and what is before it. */
const mayPass = (error: unknown): boolean =>
  error instanceof EndpointError || error instanceof HostError || isCrowded(error);
