import { Readable, type Duplex } from 'node:stream';
import { jsonParts, mostParts } from '../api/json-parts.js';
import type { OperationName } from '../api/operations.js';
import { decodeError } from '../protocol/errors.js';
import { encodeFrame, type Frame, FrameReader, TooLarge } from '../protocol/frames.js';
import {
  type ClientMessage,
  decodeMessage,
  encodeMessage,
  INPUT_WINDOW,
  type ServerMessage,
} from '../protocol/messages.js';
import type { Seal } from '../protocol/seal.js';
import { EndpointError, LostConnection } from './endpoint-error.js';
import type { Upgraded } from './upgrade.js';

/**
 * Of one message. What a server sends must not fill this machine's memory, but who asks for a whole state, or for thousands of
 * tasks at once, is to have them.
 */
const LARGEST = {
  usual: { bytes: 32 * 1024 * 1024, parts: mostParts },
  large: { bytes: 256 * 1024 * 1024, parts: 5 * mostParts },
};

/** An answer of these that isn't taken would hide that tasks were started. */
const LARGE_ANSWERS: readonly OperationName[] = ['ExportState', 'RunTask', 'StartTask', 'WaitTasks'];

/** One exchange, from its beginning to its end. */
export interface Exchange {
  send(message: ClientMessage): void;
  /** Bytes for a command's standard input; the callback comes when there is room for more. */
  write(content: Buffer, done: (error?: Error | null) => void): void;
  /** Nothing more is heard of it. */
  leave(): void;
}

export interface Listener {
  message(message: ServerMessage): void;
  /** Bytes of a command's output: false where no more are wanted for now (see resume). */
  data?(stream: 'stdout' | 'stderr', content: Buffer): boolean;
  /** The connection is gone. */
  fail(error: Error): void;
}

/** The client's end of a session. */
export class SessionClient {
  private readonly listeners = new Map<number, Listener>();
  /** Of exchanges whose command has an input. */
  private readonly inputs = new Map<number, Room>();
  /** Exchanges whose answer may be large. */
  private readonly large = new Set<number>();
  private readonly reader: FrameReader;
  private readonly seal: Seal | undefined;
  private readonly socket: Duplex;
  private last = 0;
  private lost: Error | undefined;

  constructor(
    { socket, head, seals }: Upgraded,
    private readonly name: string,
  ) {
    this.socket = socket;
    this.seal = seals?.client;
    this.reader = new FrameReader((id) => this.most(id).bytes, seals?.server);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.end());
    socket.on('end', () => socket.destroy());
    if (head.length > 0) this.read(head);
  }

  get isOver(): boolean {
    return this.lost !== undefined;
  }

  begin(message: ClientMessage, listener: Listener): Exchange {
    if (this.lost !== undefined) throw this.lost;
    const id = ++this.last;
    this.listeners.set(id, listener);
    if (message.type === 'call' && LARGE_ANSWERS.includes(message.operation)) this.large.add(id);
    const exchange: Exchange = {
      send: (more) => {
        if (!this.socket.destroyed)
          this.socket.write(encodeFrame({ kind: 'message', id, content: encodeMessage(more) }, this.seal));
      },
      write: (content, done) => {
        if (this.socket.destroyed) return done();
        const room = this.inputs.get(id) ?? new Room(INPUT_WINDOW);
        this.inputs.set(id, room);
        room.take(content.length);
        this.socket.write(encodeFrame({ kind: 'out', id, content }, this.seal), (error) =>
          error ? done(error) : room.when(done),
        );
      },
      leave: () => {
        this.listeners.delete(id);
        this.inputs.delete(id);
        this.large.delete(id);
      },
    };
    exchange.send(message);
    return exchange;
  }

  /** Nothing is read until `resume`: whoever reads what came has enough to do. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.lost ??= new EndpointError('the session was closed', 'Run it again');
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    try {
      for (const frame of this.reader.push(chunk)) this.take(frame);
    } catch (error) {
      this.lost ??= this.refusal(error as Error);
      this.socket.destroy();
    }
  }

  private take({ kind, id, content }: Frame): void {
    const listener = this.listeners.get(id);
    if (kind === 'message') {
      if (jsonParts(content) > this.most(id).parts)
        throw new TooLarge('it has more parts than an answer may have');
      const message = decodeMessage<ServerMessage>(content);
      if (message.type === 'room') return this.inputs.get(id)?.give(message.bytes);
      return listener?.message(revived(message));
    }
    if (listener?.data?.(kind === 'out' ? 'stdout' : 'stderr', content) === false) this.pause();
  }

  private refusal(error: Error): EndpointError {
    if (error instanceof TooLarge)
      return new EndpointError(
        `${this.name} gives an answer that is too large: ${error.message}`,
        'What was asked for may have been done; ask for less at once',
      );
    return new EndpointError(
      `${this.name} gives an answer that makes no sense: ${error.message}`,
      'Use the same version of longshore on both sides',
    );
  }

  private most(id: number): { bytes: number; parts: number } {
    return this.large.has(id) ? LARGEST.large : LARGEST.usual;
  }

  private end(): void {
    this.lost ??= new LostConnection(`the connection to ${this.name} was lost`);
    const listeners = [...this.listeners.values()];
    this.listeners.clear();
    for (const listener of listeners) listener.fail(this.lost);
  }
}

/** What a command that doesn't read may be sent: then its input waits, and nothing else of the session. */
class Room {
  private go: (() => void) | undefined;

  constructor(private bytes: number) {}

  take(bytes: number): void {
    this.bytes -= bytes;
  }

  give(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= 0) return;
    this.go?.();
    this.go = undefined;
  }

  /** Calls back once there is room; one at a time waits. */
  when(go: () => void): void {
    if (this.bytes > 0) go();
    else this.go = go;
  }
}

/** An event may tell of an error. */
function revived(message: ServerMessage): ServerMessage {
  if (message.type !== 'event' || message.event.type !== 'host-failed') return message;
  const error = decodeError(message.event.error as never) as typeof message.event.error;
  return { ...message, event: { ...message.event, error } };
}

/** What comes bit by bit, for one reader; the session waits while it has enough. */
export class Inbox<T> {
  private readonly readable: Readable;

  constructor(private readonly client: Pick<SessionClient, 'resume'>) {
    this.readable = new Readable({ objectMode: true, highWaterMark: 1000, read: () => this.client.resume() });
    this.readable.on('error', () => undefined);
  }

  /** false where there is enough for now. */
  put(item: T): boolean {
    return this.readable.destroyed || this.readable.push(item);
  }

  end(): void {
    if (!this.readable.destroyed) this.readable.push(null);
  }

  fail(error: Error): void {
    this.readable.destroy(error);
  }

  /** Throws what `fail` was given. */
  items(): AsyncIterable<T> {
    return this.readable;
  }
}
