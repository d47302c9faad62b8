import type { IncomingMessage } from 'node:http';
import { WireError } from './wire.js';

/** Bytes of bodies that are kept for all requests together. */
const MOST_KEPT = 64 * 1024 * 1024;

/** A body that is being sent. */
interface Reading {
  size: number;
  giveUp: () => void;
}

/**
 * Reads bodies, and bounds what they take together. Where that is too much, whoever has most of it loses its oldest: nobody
 * keeps out the others, though all that is known by then is who they say to be.
 */
export class Bodies {
  private kept = 0;
  /** By who sends them; of each the oldest first. */
  private readonly senders = new Map<string, Set<Reading>>();

  /**
   * A request's body. Throws WireError where it has more than `most` bytes, or its sender too much of the room: the rest is not
   * kept.
   */
  read(request: IncomingMessage, most: number, sender: string): Promise<Buffer> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > most) return Promise.reject(tooLarge(most));
    // Who hung up while the key was looked up is heard of no more.
    if (request.destroyed && !request.readableEnded) return Promise.reject(notSent());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const reading: Reading = {
        size: 0,
        giveUp: () => fail(new WireError('ThrottlingException', 'Rate exceeded')),
      };
      this.add(sender, reading);
      const take = (chunk: Buffer) => {
        reading.size += chunk.length;
        this.kept += chunk.length;
        chunks.push(chunk);
        if (reading.size > most) fail(tooLarge(most));
        else this.makeRoom();
      };
      const settle = () => {
        this.kept -= reading.size;
        reading.size = 0;
        this.remove(sender, reading);
        request.off('data', take);
      };
      const fail = (error: Error) => {
        settle();
        chunks.length = 0;
        request.resume();
        reject(error);
      };
      request.on('data', take);
      request.once('end', () => {
        settle();
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      });
      const cut = () => fail(notSent());
      request.once('error', cut);
      request.once('close', cut);
    });
  }

  private add(sender: string, reading: Reading): void {
    const readings = this.senders.get(sender) ?? new Set();
    this.senders.set(sender, readings.add(reading));
  }

  private remove(sender: string, reading: Reading): void {
    const readings = this.senders.get(sender);
    readings?.delete(reading);
    if (readings?.size === 0) this.senders.delete(sender);
  }

  private makeRoom(): void {
    while (this.kept > MOST_KEPT) {
      const [largest = new Set<Reading>()] = [...this.senders.values()].sort((a, b) => sizeOf(b) - sizeOf(a));
      // It has sent something, or there would be room.
      [...largest].find(({ size }) => size > 0)?.giveUp();
    }
  }
}

const sizeOf = (readings: ReadonlySet<Reading>): number =>
  [...readings].reduce((sum, { size }) => sum + size, 0);

const notSent = () => new WireError('RequestAborted', 'The request was not sent to its end.');

const tooLarge = (most: number) =>
  new WireError(
    'RequestEntityTooLargeException',
    `The body of the request has more than ${most} bytes.`,
    413,
  );
