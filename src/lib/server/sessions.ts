import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { PROTOCOL } from '../protocol/messages.js';
import { Session, type SessionParts } from './session.js';
import { WireError } from './wire.js';

export type Opening = Pick<SessionParts, 'principal' | 'region' | 'socket'> & {
  /** What the client asks for, as Upgrade says. */
  protocol: string;
  /** What came with the request. */
  head: Buffer;
};

/** Seconds without a sign of life after which the other side is asked for one. */
const KEEP_ALIVE = 30;

/** The sessions that are open. */
export class Sessions {
  private readonly open_ = new Set<Session>();

  constructor(
    private readonly parts: Omit<SessionParts, 'principal' | 'region' | 'socket'>,
    private readonly most: number,
    private readonly version: string,
  ) {}

  get size(): number {
    return this.open_.size;
  }

  /** Exchanges of all sessions. */
  get underWay(): number {
    return [...this.open_].reduce((sum, session) => sum + session.size, 0);
  }

  /** Throws WireError. */
  open({ protocol, head, principal, region, socket }: Opening): void {
    if (protocol !== PROTOCOL)
      throw new WireError(
        'UnsupportedProtocol',
        `This server speaks ${PROTOCOL}: use the same version of longshore on both sides.`,
        426,
      );
    if (this.size >= this.most) throw new WireError('ThrottlingException', 'Rate exceeded', 503);
    keepAlive(socket);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROTOCOL}\r\nx-longshore-version: ${this.version}\r\n\r\n`,
    );
    const log = this.parts.log.child({ session: principal.accessKeyId ?? 'local' });
    const session = new Session({ ...this.parts, log, principal, region, socket });
    this.open_.add(session);
    socket.on('close', () => this.open_.delete(session));
    if (head.length > 0) session.read(head);
  }

  /** Ends them all; what they do is ended as by Ctrl-C. */
  end(): void {
    for (const session of this.open_) session.end();
  }
}

function keepAlive(socket: Duplex): void {
  if (!(socket instanceof Socket)) return;
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE * 1000);
}
