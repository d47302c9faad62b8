import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import type { AccessKey, Principal } from './authenticate.js';
import { PROTOCOL, VERSION_HEADER } from '../protocol/messages.js';
import { SEAL_HEADER } from '../protocol/seal.js';
import { Session, type SessionParts } from './session.js';
import { Shares } from './shares.js';
import { WireError } from './wire.js';

type PerSession = 'principal' | 'region' | 'socket' | 'isStillGood' | 'seals';

export type Opening = Pick<SessionParts, Exclude<PerSession, 'isStillGood' | 'seals'>> & {
  /** What the client asks for, as Upgrade says. */
  protocol: string;
  /** What came with the request. */
  head: Buffer;
  /** Of the request, and by it the session's in the log. */
  id: string;
  /** The address it came from; undefined through the socket. */
  remote: string | undefined;
  /** Called once there is a place for it: what is good for one session is used then. Throws WireError. */
  useUp: () => void;
};

/** Seconds without a sign of life after which the other side is asked for one. */
const KEEP_ALIVE = 30;

/** Ms between two looks whether the keys of sessions are still there. */
const LOOK = 5000;

/** The sessions that are open. */
export class Sessions {
  private readonly open_ = new Map<Session, Principal>();
  private readonly shares: Shares;
  private readonly looking: NodeJS.Timeout;

  constructor(
    private readonly parts: Omit<SessionParts, PerSession>,
    private readonly findKey: (accessKeyId: string) => Promise<AccessKey | undefined>,
    private readonly most: number,
    private readonly version: string,
    look = LOOK,
  ) {
    this.shares = new Shares(most);
    this.looking = setInterval(() => void this.endDisowned(), look).unref();
  }

  get size(): number {
    return this.open_.size;
  }

  /** Exchanges of all sessions. */
  get underWay(): number {
    return [...this.open_.keys()].reduce((sum, session) => sum + session.size, 0);
  }

  /** Throws WireError. */
  open({ id, remote, protocol, head, principal, region, socket, useUp }: Opening): void {
    if (protocol !== PROTOCOL)
      throw new WireError(
        'UnsupportedProtocol',
        `This server speaks ${PROTOCOL}: use the same version of longshore on both sides.`,
        426,
      );
    if (this.sizeOf(principal) >= this.most || !this.shares.take(principal.accessKeyId))
      throw new WireError('ThrottlingException', 'Rate exceeded', 503);
    try {
      useUp();
    } catch (error) {
      this.shares.giveBack(principal.accessKeyId);
      throw error;
    }
    keepAlive(socket);
    const seals = principal.seals?.(randomBytes(16).toString('hex'));
    const sealing = seals === undefined ? '' : `${SEAL_HEADER}: ${seals.header}\r\n`;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROTOCOL}\r\n${VERSION_HEADER}: ${this.version}\r\n${sealing}\r\n`,
    );
    const log = this.parts.log.child({ session: id, key: principal.accessKeyId ?? 'local' });
    log.info({ remote }, 'a session was opened');
    const isStillGood = () => this.isGood(principal);
    const session = new Session({ ...this.parts, log, principal, region, socket, isStillGood, seals });
    this.open_.set(session, principal);
    socket.on('close', () => {
      this.open_.delete(session);
      this.shares.giveBack(principal.accessKeyId);
      log.debug('the session is over');
    });
    if (head.length > 0) session.read(head);
  }

  /** Ends them all; what they do is ended as by Ctrl-C. */
  end(): void {
    clearInterval(this.looking);
    for (const session of this.open_.keys()) session.end();
  }

  /** Those with keys don't take the place of those on this machine. */
  private sizeOf({ accessKeyId }: Principal): number {
    const alike = (other: Principal) => (other.accessKeyId === undefined) === (accessKeyId === undefined);
    return [...this.open_.values()].filter(alike).length;
  }

  /** A session goes on for hours; its key may be deleted meanwhile. */
  private async endDisowned(): Promise<void> {
    for (const [session, principal] of this.open_) {
      // Where the state can't be read for now, nobody is shut out.
      const good = await this.isGood(principal).catch(() => true);
      if (!good) session.end();
    }
  }

  private async isGood({ accessKeyId, scope }: Principal): Promise<boolean> {
    return accessKeyId === undefined || (await this.findKey(accessKeyId))?.scope === scope;
  }
}

function keepAlive(socket: Duplex): void {
  if (!(socket instanceof Socket)) return;
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE * 1000);
}
