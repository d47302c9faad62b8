import { Duplex } from 'node:stream';
import type { Channel } from 'ssh2';

export interface ChannelWatch {
  /** The reason why the channel was closed without having sent anything. */
  whySilent?: () => Error | undefined;
  onFirstData?: () => void;
}

/**
 * An SSH channel with the manners of a socket: an end is only an end of one side, `destroy` closes at once whatever
 * the other side does, and a channel that the connection took down with it is an error and not an end. HTTP also asks
 * for `destroySoon` and the timers of a TCP socket, which a channel doesn't have.
 */
export class ChannelSocket extends Duplex {
  readonly #channel: Channel;
  #ended = false;
  #received = false;

  constructor(channel: Channel, watch: ChannelWatch = {}) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      if (!this.#received) watch.onFirstData?.();
      this.#received = true;
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => {
      // The reason is known when the channel is closed, soon after.
      if (watch.whySilent && !this.#received) return;
      this.#ended = true;
      this.push(null);
      // Also where nobody reads just now, as a socket that is kept for the next request: it has to notice the end.
      this.read(0);
    });
    channel.on('error', (error: Error) => this.destroy(error));
    channel.on('close', () => {
      const reason = this.#received ? undefined : watch.whySilent?.();
      if (!this.#ended || reason) this.destroy(reason ?? reset());
      else if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
    });
    // Whoever has let go of it must not crash the process.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channel.destroy();
    // It tells that it is closed when all that came before is read.
    this.#channel.resume();
    done(error);
  }

  /** Ends this side when everything is written; what the other side still has to say can be read. */
  destroySoon(): void {
    if (!this.writableEnded) this.end();
  }

  setTimeout(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function reset(): Error {
  return Object.assign(new Error('the SSH channel was closed'), { code: 'ECONNRESET' });
}
