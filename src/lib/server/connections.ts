import type { Socket } from 'node:net';

/**
 * The connections to one address: those over which somebody has shown who they are, and strangers', of which the oldest gives
 * way where there are too many. Whoever only connects, and stays, keeps nobody out so.
 */
export class Connections {
  /** The oldest first. */
  private readonly strangers = new Set<Socket>();
  private readonly known = new Set<Socket>();

  constructor(private readonly most: number) {}

  /** Where all others are known, the new one has no place. */
  add(socket: Socket): void {
    // A request whose wish for another protocol is ignored gives its connection a second time.
    if (this.strangers.has(socket) || this.known.has(socket)) return;
    this.strangers.add(socket);
    socket.once('close', () => this.forget(socket));
    if (this.strangers.size + this.known.size <= this.most) return;
    const [oldest = socket] = this.strangers;
    this.forget(oldest);
    oldest.destroy();
  }

  /** What came over it was signed, or came by a way that is trusted. */
  recognize(socket: Socket): void {
    if (this.strangers.delete(socket)) this.known.add(socket);
  }

  private forget(socket: Socket): void {
    this.strangers.delete(socket);
    this.known.delete(socket);
  }
}
