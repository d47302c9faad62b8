import type { Socket } from 'node:net';

/**
 * The connections to one address: those over which somebody has shown who they are, by key, and strangers'. Where there are
 * too many, a key with more than a quarter gives up the one that it has used least lately, of those over which nothing is
 * worked on; else the oldest of strangers gives way. So neither whoever only connects, and stays, keeps others out, nor one key.
 */
export class Connections {
  /** The oldest first. */
  private readonly strangers = new Set<Socket>();
  /** What was used least lately first. `key`: undefined of all who need none. */
  private readonly known = new Map<Socket, { key: string | undefined; work: number }>();
  private readonly share: number;

  constructor(private readonly most: number) {
    this.share = Math.max(1, Math.floor(most / 4));
  }

  /** Where all others are worked on, the new one has no place. */
  add(socket: Socket): void {
    // A request whose wish for another protocol is ignored gives its connection a second time.
    if (this.strangers.has(socket) || this.known.has(socket)) return;
    this.strangers.add(socket);
    socket.once('close', () => this.forget(socket));
    if (this.strangers.size + this.known.size <= this.most) return;
    const [oldest] = this.strangers;
    const given = this.spare(this.share) ?? (oldest === socket ? this.spare(0) : oldest) ?? socket;
    this.forget(given);
    given.destroy();
  }

  /** What came over it was signed with this key, or came by a way that is trusted. */
  recognize(socket: Socket, key: string | undefined): void {
    const work = this.known.get(socket)?.work ?? 0;
    // One that gave way stays out.
    if (this.strangers.delete(socket) || this.known.delete(socket)) this.known.set(socket, { key, work });
  }

  /** Something that came over it is worked on, until `rest`; a session for as long as it lasts. */
  work(socket: Socket): void {
    const known = this.known.get(socket);
    if (known !== undefined) known.work++;
  }

  rest(socket: Socket): void {
    const known = this.known.get(socket);
    if (known !== undefined) known.work--;
  }

  /** One of the key that has most, and more than these, and one that can be spared. */
  private spare(least: number): Socket | undefined {
    const keys = new Map<string | undefined, { count: number; idle: Socket | undefined }>();
    for (const [socket, { key, work }] of this.known) {
      const { count, idle } = keys.get(key) ?? { count: 0, idle: undefined };
      keys.set(key, { count: count + 1, idle: idle ?? (work === 0 ? socket : undefined) });
    }
    return [...keys.values()]
      .filter(({ count, idle }) => count > least && idle !== undefined)
      .sort((a, b) => b.count - a.count)[0]?.idle;
  }

  private forget(socket: Socket): void {
    this.strangers.delete(socket);
    this.known.delete(socket);
  }
}
